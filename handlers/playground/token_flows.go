package playground

import "github.com/gatehouse-id/gatehouse/handlers/transcript"

// introspectionFlow is RFC 7662.
func introspectionFlow() flow {
	return flow{
		name: "introspection", title: "What a token is worth: introspection",
		lead: "Tokens of this server are opaque unless a client is registered for signed ones: an API asks the server about them, and so sees at once when one was revoked.",
		steps: []step{
			serviceToken(),
			introspect("introspect", "Ask about it", "The API authenticates as a client of its own. The answer has the scope, the client, the user if there is one, and how long the token lasts."),
		},
		mistakes: []step{
			{
				name: "anonymous", title: "Without authentication",
				about: []string{"401 and invalid_client: whoever could ask without a name could try tokens until one works."},
				specs: []spec{rfc(7662, "2.1"), rfc(7662, "4")}, needs: needsAccess,
				build: func(c Config, a attempt) transcript.Request {
					return post(c, c.Paths.Introspection, transcript.Client{}, "token", a.access)
				},
			},
			{
				name: "unknown", title: "A token that is none",
				about: []string{"No error: 200 with active: false. An API treats it like any token that is not valid."},
				specs: []spec{rfc(7662, "2.2")},
				build: func(c Config, _ attempt) transcript.Request {
					return post(c, c.Paths.Introspection, c.Service, "token", "not-a-token")
				},
			},
			{
				name: "not-its-own", title: "A client that may not see it",
				about: []string{"The demo web application asks about the token of the service. It is active, but not its business: the answer is active: false all the same."},
				specs: []spec{rfc(7662, "2.2"), rfc(7662, "4")}, needs: needsAccess,
				build: func(c Config, a attempt) transcript.Request {
					return post(c, c.Paths.Introspection, c.Web, "token", a.access)
				},
			},
		},
	}
}

// revocationFlow is RFC 7009.
func revocationFlow() flow {
	return flow{
		name: "revocation", title: "Give a token back: revocation",
		lead: "An application that does not need a token any more revokes it. APIs that follow the revocation feed refuse it within a second, and those that introspect when they ask again.",
		steps: []step{
			serviceToken(),
			introspect("introspect", "Check it", "It is active."),
			{
				name: "revoke", title: "Revoke it",
				about: []string{"The answer is 200 with an empty object, also for a token that has ended before: what the client wants is so."},
				specs: []spec{rfc(7009, "2.1"), rfc(7009, "2.2")}, needs: needsAccess,
				build: func(c Config, a attempt) transcript.Request {
					return post(c, c.Paths.Revocation, c.Service, "token", a.access)
				},
			},
			introspect("introspect-revoked", "Check it once more", "It is not active any more, and the answer says nothing else."),
		},
		mistakes: []step{
			{
				name: "unknown", title: "A token that is none",
				about: []string{"200 like before: an error would help nobody, since the token cannot be used anyway."},
				specs: []spec{rfc(7009, "2.2")},
				build: func(c Config, _ attempt) transcript.Request {
					return post(c, c.Paths.Revocation, c.Service, "token", "not-a-token")
				},
			},
			{
				name: "not-its-own", title: "The token of another client",
				about: []string{"The demo web application tries to revoke the token of the service: invalid_grant. Nothing happens to the token, as the last step shows."},
				specs: []spec{rfc(7009, "2.1")}, needs: needsAccess,
				build: func(c Config, a attempt) transcript.Request {
					return post(c, c.Paths.Revocation, c.Web, "token", a.access)
				},
			},
		},
	}
}
