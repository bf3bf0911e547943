package demo

import (
	"net/url"
	"strings"
	"unicode"

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
	answer.AskUserInfo = "curl -H " + quote("Authorization: Bearer "+answer.AccessToken) + " \\\n     " + quote(a.Issuer+a.Prefix+"/userinfo")
	answer.Revoke = a.curl(c, "/revoke", "token", answer.AccessToken)
	if answer.RefreshToken != "" {
		answer.Refresh = a.curl(c, "/token", "grant_type", "refresh_token", "refresh_token", answer.RefreshToken)
	}
	signOut := url.Values{"id_token_hint": {answer.IDToken}, "post_logout_redirect_uri": {a.Address + "/"}}
	answer.SignOut = a.Issuer + a.Prefix + "/logout?" + signOut.Encode()
}

// curl formats a client's request to an endpoint, with a form of name, value, name, value.
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

// quote makes text one word of a shell. Parameters in the URL of a page can come from an attacker,
// and end up in a command that users paste.
func quote(text string) string {
	plain := strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return -1 // a line break would run as soon as it is pasted, a bidi mark show another command
		}
		return c
	}, text)
	return "'" + strings.ReplaceAll(plain, "'", `'\''`) + "'"
}
