package settings

// django is mozilla-django-oidc, for Django.
func django() Product {
	return Product{
		Name: "django", Title: "Django (mozilla-django-oidc)", Docs: "https://mozilla-django-oidc.readthedocs.io/en/stable/settings.html",
		Callback: "/oidc/callback/", Address: "https://app.example.com", Scopes: signIn(), NeedsSecret: true, NeedsEmail: true, Algs: []string{"RS256", "ES256"}, Files: []string{"settings.py"},
	}
}
