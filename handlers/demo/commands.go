package demo

import (
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/curl"
	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// exampleVerifier is the one of RFC 7636 appendix B. Its challenge is easy to use in an
// authorization request typed by hand.
const exampleVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

// exchangeCommand is the command that exchanges a code of a request typed by hand.
func (a application) exchangeCommand(c Client, code string) string {
	return a.curl(c, "/token", "grant_type", "authorization_code", "code", code, "redirect_uri", a.redirectURI(), "code_verifier", exampleVerifier)
}

// commands fills in the commands to try next.
func (a application) commands(answer *pages.DemoAnswer, c Client) {
	answer.Introspect = a.curl(a.Service, "/introspect", "token", answer.AccessToken)
	answer.AskUserInfo = curl.Request{URL: a.endpoint("/userinfo"), Headers: []curl.Pair{{Name: "Authorization", Value: "Bearer " + answer.AccessToken}}}.Command()
	answer.Revoke = a.curl(c, "/revoke", "token", answer.AccessToken)
	if answer.RefreshToken != "" {
		answer.Refresh = a.curl(c, "/token", "grant_type", "refresh_token", "refresh_token", answer.RefreshToken)
	}
	signOut := url.Values{"id_token_hint": {answer.IDToken}, "post_logout_redirect_uri": {a.Address + "/"}}
	answer.SignOut = a.endpoint("/logout") + "?" + signOut.Encode()
}

// curl formats a client's request to an endpoint, with a form of name, value, name, value.
func (a application) curl(c Client, path string, form ...string) string {
	request := curl.Request{URL: a.endpoint(path)}
	if c.Secret != "" {
		request.User = c.ID + ":" + c.Secret
	} else {
		form = append([]string{"client_id", c.ID}, form...)
	}
	for i := 0; i < len(form); i += 2 {
		request.Form = append(request.Form, curl.Pair{Name: form[i], Value: form[i+1]})
	}
	return request.Command()
}

func (a application) endpoint(path string) string { return a.Issuer + a.Prefix + path }
