package settings

import "github.com/gatehouse-id/gatehouse/provider/client"

// nextcloud is Nextcloud with the app user_oidc.
func nextcloud() Product {
	return Product{
		Name: "nextcloud", Title: "Nextcloud (user_oidc)", Docs: "https://github.com/nextcloud/user_oidc",
		Callback: "/apps/user_oidc/code", Address: "https://cloud.example.com", Scopes: signIn("groups"), NeedsSecret: true,
		Method: client.SecretPost, IDTokenClaims: true, Files: []string{"provider.sh"},
	}
}
