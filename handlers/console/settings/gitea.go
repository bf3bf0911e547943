package settings

// gitea is Gitea.
func gitea() Product {
	return Product{
		Name: "gitea", Title: "Gitea", Docs: "https://docs.gitea.com/administration/command-line",
		Callback: "/user/oauth2/{id}/callback", Address: "https://git.example.com", Scopes: signIn("groups"), NeedsSecret: true, NeedsEmail: true, NoPKCE: true, Files: []string{"add.sh", "app.ini"},
	}
}
