package settings

// spring is Spring Security, as with Spring Boot.
func spring() Product {
	return Product{
		Name: "spring", Title: "Spring Security", Docs: "https://docs.spring.io/spring-security/reference/servlet/oauth2/login/core.html",
		Callback: "/login/oauth2/code/{id}", Address: "https://app.example.com", Scopes: signIn(), NeedsSecret: true, Algs: []string{"RS256"}, Files: []string{"application.yml"},
	}
}
