package settings

// aspNET is ASP.NET Core.
func aspNET() Product {
	return Product{
		Name: "asp-net", Title: "ASP.NET Core", Docs: "https://learn.microsoft.com/aspnet/core/security/authentication/configure-oidc-web-authentication",
		Callback: "/signin-oidc", Address: "https://app.example.com", Scopes: signIn("offline_access"), NeedsSecret: true, Files: []string{"appsettings.json", "Program.cs"},
	}
}
