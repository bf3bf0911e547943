package settings

// argoCD is Argo CD.
func argoCD() Product {
	return Product{
		Name: "argo-cd", Title: "Argo CD", Docs: "https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/#existing-oidc-provider",
		Callback: "/auth/callback", Address: "https://argocd.example.com", Scopes: signIn("groups"), NeedsSecret: true, IDTokenClaims: true,
		Files: []string{"argocd-cm.yaml", "argocd-rbac-cm.yaml"},
	}
}
