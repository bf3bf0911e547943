package playground

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/transcript"
)

// passwordFlow is the grant of RFC 6749 section 4.3.
func passwordFlow() flow {
	return flow{
		name: "password", title: "Password",
		lead:  "A way to move an old application over: it asks for the password itself and exchanges it for tokens. New applications send the browser to the server instead, so that nobody but the server sees a password.",
		steps: []step{passwordToken("openid profile email"), userInfo(), introspect("introspect", "Check the token, as an API does", "The demo service asks what the access token is worth.")},
		mistakes: []step{
			{
				name: "wrong-password", title: "A wrong password",
				about: []string{"invalid_grant, the same for a name that nobody has: who guesses learns no names. Too many in a row are answered with 429, and pass after a while."},
				specs: []spec{rfc(6749, "5.2"), rfc(6749, "10.7")},
				build: func(c Config, _ attempt) transcript.Request {
					return post(c, c.Paths.Token, c.Trusted, "grant_type", "password", "username", c.Username, "password", "a wrong password")
				},
			},
			{
				name: "not-registered", title: "A client that may not",
				about: []string{"The demo web application is not registered for this grant: unauthorized_client. Third parties never are."},
				specs: []spec{rfc(6749, "5.2"), rfc(9700, "2.4")},
				build: func(c Config, _ attempt) transcript.Request {
					return post(c, c.Paths.Token, c.Web, "grant_type", "password", "username", c.Username, "password", c.Password)
				},
			},
			{
				name: "no-token", title: "UserInfo with a token that is none",
				about: []string{"401, and the header WWW-Authenticate says why: invalid_token. An API of your own answers the same."},
				specs: []spec{rfc(6750, "3.1")},
				build: func(c Config, _ attempt) transcript.Request {
					return transcript.Request{Method: http.MethodGet, URL: c.Issuer + c.Paths.UserInfo, Bearer: "not-a-token"}
				},
			},
		},
	}
}

// refreshFlow begins with tokens that need no sign-in, so that refreshing can be tried alone.
func refreshFlow() flow {
	return flow{
		name: "refresh", title: "Keep a person signed in: refresh tokens",
		lead:  "Access tokens last an hour. A refresh token gets new ones without asking the person again, and changes at each use.",
		steps: []step{passwordToken("openid profile email offline_access"), refresh(trusted), userInfo()},
		mistakes: []step{
			refreshAgain(trusted), refreshOther(trusted),
			{
				name: "refresh-wider", title: "A wider scope than was granted",
				about: []string{"A refresh can ask for less, never for more: invalid_scope. The refresh token stays good."},
				specs: []spec{rfc(6749, "6"), rfc(6749, "5.2")}, needs: needsRefresh,
				build: func(c Config, a attempt) transcript.Request {
					return post(c, c.Paths.Token, c.Trusted, "grant_type", "refresh_token", "refresh_token", a.refresh, "scope", "openid address")
				},
			},
			{
				name: "refresh-stolen", title: "The refresh token of another client",
				about: []string{"The demo web application tries the refresh token of the first-party one: invalid_grant. A token is bound to the client that it was issued to, and the attempt ends nothing."},
				specs: []spec{rfc(6749, "6"), rfc(6749, "10.4")}, needs: needsRefresh,
				build: func(c Config, a attempt) transcript.Request {
					return post(c, c.Paths.Token, c.Web, "grant_type", "refresh_token", "refresh_token", a.refresh)
				},
			},
			notAllowedAudience("refresh-audience", needsRefresh, func(c Config, a attempt) transcript.Request {
				return post(c, c.Paths.Token, c.Trusted, "grant_type", "refresh_token", "refresh_token", a.refresh, "resource", otherAPI)
			}),
		},
	}
}

// otherAPI is an audience that no demo client is registered for.
const otherAPI = "https://payroll.example.com"

func notAllowedAudience(name string, needs func(attempt) string, build func(Config, attempt) transcript.Request) step {
	return step{
		name: name, title: "An audience that is not allowed",
		about: []string{"A client gets tokens for the APIs that it is registered for, and for no other: invalid_target. Without that, a token for one API would open the next."},
		specs: []spec{rfc(8707, "2"), rfc(9700, "2.3")}, needs: needs, build: build,
	}
}
