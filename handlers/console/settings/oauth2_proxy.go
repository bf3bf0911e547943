package settings

// oauth2Proxy is oauth2-proxy, which signs people in before an application that cannot.
func oauth2Proxy() Product {
	return Product{
		Name: "oauth2-proxy", Title: "oauth2-proxy", Docs: "https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview",
		Callback: "/oauth2/callback", Address: "https://app.example.com", Scopes: signIn("groups"), NeedsSecret: true, NeedsEmail: true, Files: []string{"oauth2-proxy.cfg"},
	}
}
