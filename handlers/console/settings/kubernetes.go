package settings

// kubernetes is Kubernetes: the API server, and kubectl with the plugin oidc-login (kubelogin).
func kubernetes() Product {
	return Product{
		Name: "kubernetes", Title: "Kubernetes (kubelogin)", Docs: "https://kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration",
		Address: "http://localhost:8000", Local: true, Also: []string{"http://localhost:18000"}, Scopes: []string{"openid", "email", "groups"}, NoSecret: true, HTTPS: true, Algs: []string{"RS256", "PS256", "ES256"}, IDTokenClaims: true, Files: []string{"authentication.yaml", "kubeconfig.yaml"},
	}
}
