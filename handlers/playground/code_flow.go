package playground

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/transcript"
)

// authorization is the request that the browser carries.
func authorization(c Config, a attempt, redirectURI string) transcript.Request {
	return transcript.Request{Method: http.MethodGet, URL: c.Issuer + c.Paths.Authorization, Form: transcript.Pairs(
		"response_type", "code", "client_id", c.Web.ID, "redirect_uri", redirectURI,
		"scope", "openid profile email offline_access", "state", a.state, "nonce", a.nonce,
		"code_challenge", transcript.Challenge(a.verifier), "code_challenge_method", "S256",
	)}
}

// exchange is the request that exchanges a code.
func exchange(c Config, code, redirectURI, verifier string) transcript.Request {
	return post(c, c.Paths.Token, c.Web, "grant_type", "authorization_code", "code", code, "redirect_uri", redirectURI, "code_verifier", verifier)
}

// The names of the steps at which an authorization response is shown.
const (
	authorizeStep = "authorize"
	forgedStep    = "forged"
)

// codeFlow is the flow of RFC 6749 section 4.1 with PKCE (RFC 7636) and OpenID Connect.
func codeFlow() flow {
	return flow{
		name: "code", title: "Sign a person in: authorization code with PKCE",
		lead: "The browser carries a request to the server and a code back. The application exchanges the code for tokens. This is the flow for every application that has a person in front of it.",
		steps: []step{
			{
				name: "prepare", title: "Make the secrets of the attempt",
				about: []string{"The application makes three random values and keeps them: the state, the nonce and the PKCE verifier. Only the hash of the verifier leaves it for now. Each attempt has its own."},
				specs: []spec{rfc(7636, "4.1"), rfc(6749, "10.12"), openID("15.5.2", "NonceNotes")},
			},
			{
				name: authorizeStep, title: "Send the browser to the server", visit: true,
				about: []string{"The request is a link. The server asks who you are and whether the application may: sign in as alice with the password wonderland. Then the browser comes back with a code, which works once and for a minute."},
				specs: []spec{rfc(6749, "4.1.1"), rfc(7636, "4.3"), openID("3.1.2.1", "AuthRequest")}, needs: needsSecrets,
				build: func(c Config, a attempt) transcript.Request { return authorization(c, a, c.Issuer+CallbackPath) },
			},
			{
				name: "exchange", title: "Exchange the code for tokens",
				about: []string{
					"The application sends the code with its own secret and the verifier, past the browser. The server hashes the verifier: whoever stole the code has not got it.",
					"The access token is for APIs. The ID token is for the application: it says who signed in.",
				},
				specs: []spec{rfc(6749, "4.1.3"), rfc(7636, "4.5"), openID("3.1.3.1", "TokenRequest")}, needs: needsCode,
				build: func(c Config, a attempt) transcript.Request {
					return exchange(c, a.code, c.Issuer+CallbackPath, a.verifier)
				},
			},
			{
				name: "keys", title: "Check the ID token",
				about: []string{"The application fetches the keys of the server, once for many sign-ins, and checks the signature with the key that kid names. Then it checks that the token is from this server, for itself, not over, and for the request of step 1. A library does all of that."},
				specs: []spec{openID("3.1.3.7", "IDTokenValidation"), rfc(7517, "5")}, needs: needsID,
				build: func(c Config, _ attempt) transcript.Request {
					return transcript.Request{Method: http.MethodGet, URL: c.Issuer + c.Paths.JWKS}
				},
				check: checkIDToken,
			},
			userInfo(),
			introspect("introspect", "Check the token, as an API does", "An API that gets the access token asks the server what it is worth. The demo service, which may introspect, does so here."),
			refresh(web),
			{
				name: "revoke", title: "Give the tokens back",
				about: []string{"Signing out, the application revokes its refresh token. Everything that was issued with it ends at once."},
				specs: []spec{rfc(7009, "2.1")}, needs: needsRefresh,
				build: func(c Config, a attempt) transcript.Request {
					return post(c, c.Paths.Revocation, c.Web, "token", a.refresh, "token_type_hint", "refresh_token")
				},
			},
			introspect("introspect-revoked", "Check the token once more", "After the revocation the answer is active: false, and nothing else: who asks about a dead token learns nothing about it."),
		},
		mistakes: codeMistakes(),
	}
}

func codeMistakes() []step {
	return []step{
		{
			name: "redirect", title: "A redirect URI that is not registered", visit: true,
			about: []string{"Were it accepted, the code would go to somebody else. The server never redirects to it: it shows a page that says what was expected. Come back with the back button."},
			specs: []spec{rfc(6749, "3.1.2.4"), rfc(9700, "4.1.3")}, needs: needsSecrets,
			build: func(c Config, a attempt) transcript.Request {
				return authorization(c, a, c.Issuer+CallbackPath+"/evil")
			},
		},
		{
			name: forgedStep, title: "An answer that nobody asked for", visit: true,
			about: []string{"Another site leads your browser back with a code of its own, to have you work in its account. The state is not the one of step 1, so the application refuses it. Here the page is the application."},
			specs: []spec{rfc(6749, "10.12"), rfc(9700, "4.7.1")}, needs: needsSecrets,
			build: func(c Config, _ attempt) transcript.Request {
				return transcript.Request{Method: http.MethodGet, URL: c.Issuer + CallbackPath, Form: transcript.Pairs("code", "a-code-of-an-attacker", "state", "a-state-of-an-attacker", "iss", c.Issuer)}
			},
		},
		{
			name: "exchange-elsewhere", title: "The code with another redirect URI",
			about: []string{"A code is bound to the redirect URI of its request. Another one means that it was sent somewhere else first: invalid_grant. The code stays good, so step 3 works afterwards."},
			specs: []spec{rfc(6749, "4.1.3"), rfc(6749, "5.2")}, needs: needsCode,
			build: func(c Config, a attempt) transcript.Request {
				return exchange(c, a.code, c.Issuer+CallbackPath+"/evil", a.verifier)
			},
		},
		{
			name: "exchange-unverified", title: "The code with a wrong verifier", usesCode: true,
			about: []string{"A thief has the code and has to guess the verifier: invalid_grant, and the code is used up, so there is one guess. Begin again with step 1 to go on."},
			specs: []spec{rfc(7636, "4.6")}, needs: needsCode,
			build: func(c Config, a attempt) transcript.Request {
				return exchange(c, a.code, c.Issuer+CallbackPath, "a-guess-of-forty-three-characters-or-more-0")
			},
		},
		{
			name: "exchange-again", title: "The code used twice",
			about: []string{"A code works once. Used again it is refused with invalid_grant, and all tokens that it yielded end, since one of the two stole it. In the first five seconds the very same request ends nothing: a page that loaded twice may have sent it."},
			specs: []spec{rfc(6749, "4.1.2"), rfc(6749, "10.5")}, needs: needsUsedCode,
			build: func(c Config, a attempt) transcript.Request {
				return exchange(c, a.usedCode, c.Issuer+CallbackPath, a.verifier)
			},
		},
		refreshAgain(web), refreshOther(web),
	}
}
