package settings

// authJS is the library Auth.js, as with Next.js.
func authJS() Product {
	return Product{
		Name: "auth-js", Title: "Auth.js (Next.js)", Docs: "https://authjs.dev/guides/configuring-oauth-providers",
		Callback: "/api/auth/callback/{id}", Address: "https://app.example.com", Scopes: signIn(), NeedsSecret: true, Files: []string{"auth.ts", ".env.local"},
	}
}
