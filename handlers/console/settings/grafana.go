package settings

// grafana is Grafana.
func grafana() Product {
	return Product{
		Name: "grafana", Title: "Grafana", Docs: "https://grafana.com/docs/grafana/latest/setup-grafana/configure-access/configure-authentication/generic-oauth/",
		Callback: "/login/generic_oauth", Address: "https://grafana.example.com", Scopes: signIn("roles"), NeedsSecret: true, NeedsEmail: true, Files: []string{"grafana.ini"},
	}
}
