package settings

// openidClient is the library openid-client for Node.js, version 6.
func openidClient() Product {
	return Product{
		Name: "openid-client", Title: "openid-client (Node.js)", Docs: "https://github.com/panva/openid-client",
		Callback: "/callback", Address: "https://app.example.com", Scopes: signIn("offline_access"), Files: []string{"sign-in.mjs"},
	}
}
