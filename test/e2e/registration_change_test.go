package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// If the registration changes while the consent page is open, the requested scope changes too:
// the page is shown again, so that the user does not consent to a scope that was not shown, nor to an application that
// has become another one.
func TestConsentCoversOnlyWhatWasShown(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		secret := s.client("growing", "--redirect-uri", callback, "--scope", "openid")
		p := s.userAgent(t)
		p.signIn(nil)
		ask := url.Values{"client_id": {"growing"}, "scope": {"openid reports"}, "claims": {`{"userinfo":{"email":null}}`}}
		page := p.authorize(ask)
		require.Contains(t, page.body, `id="consent-page"`)
		require.NotContains(t, page.body, "reports")
		s.command("client", "update", "growing", "--add-scope", "email", "--add-scope", "reports")
		s.soon(func() bool { return strings.Contains(p.authorize(ask).body, "reports") }, "the server hears of it")

		again := p.agree(page, true)
		assert.Equal(t, http.StatusOK, again.status)
		assert.Contains(t, again.body, `id="consent-page"`)
		assert.Contains(t, again.body, "reports")
		s.command("client", "update", "growing", "--name", "Somebody Else")
		s.soon(func() bool { return strings.Contains(p.authorize(ask).body, "Somebody Else") }, "the server hears of it")
		renamed := p.agree(again, true)
		require.Contains(t, renamed.body, `id="consent-page"`)
		assert.Contains(t, renamed.body, "Somebody Else")
		code := returned(t, p.agree(renamed, true)).Get("code")
		tokens := s.post("/oauth/token", "growing", secret, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}).json(t)
		assert.Equal(t, "openid reports", tokens["scope"], "once it was shown")
	})
}

// Restricting a client to named users revokes the tokens and codes of all others at once.
func TestRestrictingAClientRevokesTokensOfOthers(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		s.stdin("looking-glass\n", "user", "create", "bob", "--password-stdin")
		p := s.userAgent(t)
		access := s.exchange(secret, p.signIn(nil).Get("code"), nil).json(t)["access_token"].(string)
		code := returned(t, p.authorize(nil)).Get("code")
		s.command("client", "users", "add", "app", "bob")
		assert.Equal(t, "invalid_grant", s.exchange(secret, code, nil).json(t)["error"])
		assert.False(t, s.active("app", secret, access))

		// The same by the flag, with a code issued just before.
		s.command("client", "update", "app", "--restricted=false")
		s.soon(func() bool { return returned(t, p.authorize(url.Values{"prompt": {"none"}})).Has("code") }, "it is open again")
		code = returned(t, p.authorize(url.Values{"prompt": {"none"}})).Get("code")
		s.command("client", "update", "app", "--restricted")
		assert.Equal(t, "invalid_grant", s.exchange(secret, code, nil).json(t)["error"])
	})
}
