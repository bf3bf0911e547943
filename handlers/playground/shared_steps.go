package playground

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/transcript"
)

// Steps that several flows have.

// registration is one of the clients of the page.
type registration func(Config) transcript.Client

func web(c Config) transcript.Client     { return c.Web }
func trusted(c Config) transcript.Client { return c.Trusted }

func userInfo() step {
	return step{
		name: "userinfo", title: "Ask who signed in",
		about: []string{"The access token opens UserInfo, which tells what the scopes allow: profile has the name, email the address. sub is the one claim that never changes; keep it, and not the address, as the key of the account."},
		specs: []spec{openID("5.3", "UserInfo"), rfc(6750, "2.1")},
		needs: needsAccess,
		build: func(c Config, a attempt) transcript.Request {
			return transcript.Request{Method: http.MethodGet, URL: c.Issuer + c.Paths.UserInfo, Bearer: a.access}
		},
	}
}

func introspect(name, title, about string) step {
	return step{
		name: name, title: title, about: []string{about},
		specs: []spec{rfc(7662, "2.1"), rfc(7662, "2.2")}, needs: needsAccess,
		build: func(c Config, a attempt) transcript.Request {
			return post(c, c.Paths.Introspection, c.Service, "token", a.access)
		},
	}
}

func refresh(as registration) step {
	return step{
		name: "refresh", title: "Get new tokens",
		about: []string{"The refresh token gets another access token without the person. It is used up by that, and the answer has its successor: one that was copied is noticed when both copies are used."},
		specs: []spec{rfc(6749, "6"), rfc(9700, "4.14.2")}, needs: needsRefresh,
		build: func(c Config, a attempt) transcript.Request {
			return post(c, c.Paths.Token, as(c), "grant_type", "refresh_token", "refresh_token", a.refresh)
		},
	}
}

// refreshAgain uses a refresh token a second time.
func refreshAgain(as registration) step {
	return step{
		name: "refresh-again", title: "Use the refresh token twice",
		about: []string{
			"Within 30 seconds the same request yields the same successor again: an answer may have been lost on the way, or two tabs may refresh at once.",
			"Later it is refused with invalid_grant, and ends everything that was issued with it: one of the two who used the token stole it, and nobody can tell which. Try it now and in half a minute.",
		},
		specs: []spec{rfc(9700, "4.14.2")}, needs: needsSpent,
		build: func(c Config, a attempt) transcript.Request {
			return post(c, c.Paths.Token, as(c), "grant_type", "refresh_token", "refresh_token", a.spent)
		},
	}
}

// refreshOther uses a refresh token a second time, for something else.
func refreshOther(as registration) step {
	return step{
		name: "refresh-other", title: "Use the refresh token twice, for something else",
		about: []string{"A used refresh token that asks for another scope than the first time is no repeat of a lost answer. It is refused at once with invalid_grant."},
		specs: []spec{rfc(6749, "6"), rfc(9700, "4.14.2")}, needs: needsSpent,
		build: func(c Config, a attempt) transcript.Request {
			return post(c, c.Paths.Token, as(c), "grant_type", "refresh_token", "refresh_token", a.spent, "scope", "openid")
		},
	}
}

func serviceToken() step {
	return step{
		name: "token", title: "Get a token",
		about: []string{"The service authenticates with its own id and secret, and gets a token for itself. Nobody signs in, and there is no refresh token: it can always ask again."},
		specs: []spec{rfc(6749, "4.4.2"), rfc(6749, "2.3.1")},
		build: func(c Config, _ attempt) transcript.Request {
			return post(c, c.Paths.Token, c.Service, "grant_type", "client_credentials", "scope", "orders:read")
		},
	}
}

func passwordToken(scope string) step {
	return step{
		name: "token", title: "Get tokens with the password",
		about: []string{"The application sends the name and the password of the person. Only an application of the operator's own may: it learns the password."},
		specs: []spec{rfc(6749, "4.3.2"), rfc(9700, "2.4")},
		build: func(c Config, _ attempt) transcript.Request {
			return post(c, c.Paths.Token, c.Trusted, "grant_type", "password", "username", c.Username, "password", c.Password, "scope", scope)
		},
	}
}
