package settings

import "github.com/gatehouse-id/gatehouse/provider/client"

// aspNET is ASP.NET Core.
func aspNET() Product {
	return Product{
		Name: "asp-net", Title: "ASP.NET Core", Docs: "https://learn.microsoft.com/aspnet/core/security/authentication/configure-oidc-web-authentication",
		Callback: "/signin-oidc", Address: "https://app.example.com", Scopes: signIn("offline_access"), NeedsSecret: true,
		Method: client.SecretPost, Algs: []string{"RS256", "PS256", "ES256"}, Files: []string{"appsettings.json", "Program.cs"},
	}
}
