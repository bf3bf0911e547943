package playground

import "github.com/gatehouse-id/gatehouse/handlers/transcript"

// serviceFlow is the grant of RFC 6749 section 4.4.
func serviceFlow() flow {
	return flow{
		name: "service", title: "A service on its own: client credentials",
		lead: "A program without a person gets a token for itself, with its own id and secret.",
		steps: []step{
			serviceToken(),
			introspect("introspect", "Check the token, as an API does", "The API that gets the token asks the server what it is worth. The answer names the client and no user."),
		},
		mistakes: []step{
			{
				name: "wrong-secret", title: "A wrong secret",
				about: []string{"401 and invalid_client. The answer is the same for a client that does not exist."},
				specs: []spec{rfc(6749, "5.2")},
				build: func(c Config, _ attempt) transcript.Request {
					return post(c, c.Paths.Token, transcript.Client{ID: c.Service.ID, Secret: "a-wrong-secret"}, "grant_type", "client_credentials")
				},
			},
			{
				name: "scope", title: "A scope that is not allowed",
				about: []string{"The service is registered for orders alone: invalid_scope."},
				specs: []spec{rfc(6749, "3.3"), rfc(6749, "5.2")},
				build: func(c Config, _ attempt) transcript.Request {
					return post(c, c.Paths.Token, c.Service, "grant_type", "client_credentials", "scope", "payroll:write")
				},
			},
			notAllowedAudience("audience", nil, func(c Config, _ attempt) transcript.Request {
				return post(c, c.Paths.Token, c.Service, "grant_type", "client_credentials", "resource", otherAPI)
			}),
			{
				name: "not-registered", title: "A client that may not",
				about: []string{"The demo web application is registered to sign people in, and for no token of its own: unauthorized_client."},
				specs: []spec{rfc(6749, "5.2")},
				build: func(c Config, _ attempt) transcript.Request {
					return post(c, c.Paths.Token, c.Web, "grant_type", "client_credentials")
				},
			},
		},
	}
}
