package settings

// goOIDC is the library go-oidc for Go.
func goOIDC() Product {
	return Product{
		Name: "go-oidc", Title: "go-oidc (Go)", Docs: "https://pkg.go.dev/github.com/coreos/go-oidc/v3/oidc",
		Callback: "/callback", Address: "https://app.example.com", Scopes: signIn("offline_access"), Files: []string{"main.go.txt"},
	}
}
