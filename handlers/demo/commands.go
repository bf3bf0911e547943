package demo

import (
	"net/url"
	"strings"
	"unicode"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// exampleVerifier is the one of RFC 7636 appendix B. Whoever types an authorization request
// by hand has its challenge from there.
const exampleVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

// exchangeCommand is what exchanges a code that was asked for by hand.
func (a application) exchangeCommand(c Client, code string) string {
	return a.curl(c, "/token", "grant_type", "authorization_code", "code", code, "redirect_uri", a.redirectURI(), "code_verifier", exampleVerifier)
}

// commands fills in what can be done next.
func (a application) commands(answer *pages.DemoAnswer, c Client) {
	answer.Introspect = a.curl(a.Service, "/introspect", "token", answer.AccessToken)
	answer.AskUserInfo = "curl -H " + quote("Authorization: Bearer "+answer.AccessToken) + " \\\n     " + quote(a.Issuer+a.Prefix+"/userinfo")
	answer.Revoke = a.curl(c, "/revoke", "token", answer.AccessToken)
	if answer.RefreshToken != "" {
		answer.Refresh = a.curl(c, "/token", "grant_type", "refresh_token", "refresh_token", answer.RefreshToken)
	}
	signOut := url.Values{"id_token_hint": {answer.IDToken}}
	if c == a.Web { // which has the return address registered
		signOut.Set("post_logout_redirect_uri", a.Address+"/")
	}
	answer.SignOut = a.Issuer + a.Prefix + "/logout?" + signOut.Encode()
}

// curl writes a request of a client to an endpoint, with a form of name, value, name, value.
func (a application) curl(c Client, path string, form ...string) string {
	var b strings.Builder
	b.WriteString("curl ")
	if c.Secret != "" {
		b.WriteString("-u " + quote(c.ID+":"+c.Secret) + " \\\n     ")
	} else {
		form = append([]string{"client_id", c.ID}, form...)
	}
	for i := 0; i < len(form); i += 2 {
		b.WriteString("--data-urlencode " + quote(form[i]+"="+form[i+1]) + " \\\n     ")
	}
	b.WriteString(quote(a.Issuer + a.Prefix + path))
	return b.String()
}

// quote makes text one word of a shell. What comes with the address of a page is nobody's to
// trust, and stands in a command that people paste.
func quote(text string) string {
	plain := strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return -1 // a line break would run as soon as it is pasted, a bidi mark show another command
		}
		return c
	}, text)
	return "'" + strings.ReplaceAll(plain, "'", `'\''`) + "'"
}
