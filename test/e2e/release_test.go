package e2e_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The consent page shows the resource and how long the access lasts, and another resource needs
// a new consent.
func TestConsentNamesResourcesAndLifetime(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		s.command("client", "update", "app", "--add-grant-type", "refresh_token", "--add-audience", "https://a.example", "--add-audience", "https://b.example")
		s.client("once", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid", "--access-token-lifetime", "15m")
		p := s.userAgent(t)
		scope, a, b := []string{"openid"}, []string{"https://a.example"}, []string{"https://b.example"}
		s.soon(func() bool { return p.authorize(url.Values{"resource": a}).status == http.StatusOK }, "the resource is still refused")

		page := p.follow(p.login(p.authorize(url.Values{"scope": scope, "resource": a}), "wonderland"))
		assert.Contains(t, page.body, "<code>https://a.example</code>")
		assert.NotContains(t, page.body, "https://b.example")
		assert.Contains(t, page.body, "until you sign out, for up to 90 days")
		token := s.exchange(secret, returned(t, p.agree(page, true)).Get("code"), nil).json(t)["access_token"].(string)
		assert.Equal(t, http.StatusUnauthorized, s.userInfo(token).status, "the token is for the resource only")

		silent := func(resources []string) url.Values {
			return returned(t, p.authorize(url.Values{"scope": scope, "resource": resources, "prompt": {"none"}}))
		}
		assert.NotEmpty(t, silent(a).Get("code"))
		assert.Equal(t, "consent_required", silent(b).Get("error"))
		assert.Equal(t, "consent_required", silent([]string{a[0], b[0]}).Get("error"))
		page = p.authorize(url.Values{"scope": scope, "resource": b})
		assert.NotEmpty(t, returned(t, p.agree(page, true)).Get("code"))
		assert.NotEmpty(t, silent([]string{a[0], b[0]}).Get("code"), "consent to both was given separately")
		assert.Contains(t, string(s.command("consent", "list", "alice")), "https://a.example https://b.example")

		assert.Contains(t, p.authorize(url.Values{"scope": {"openid offline_access"}}).body, "lasts for up to 90 days")
		assert.Contains(t, p.authorize(url.Values{"client_id": {"once"}, "scope": scope}).body, "lasts for up to 15 minutes")
	})
}

// Roles set on the command line appear on the consent page, in UserInfo, the ID token and a
// signed access token.
func TestRolesOfAUser(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		s.command("user", "set-roles", "alice", "editor", "admin")
		secret := s.client("desk", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid roles groups", "--access-token-format", "jwt")
		p := s.userAgent(t)
		page := p.follow(p.login(p.authorize(url.Values{"client_id": {"desk"}, "scope": {"openid roles groups unheard-of"}}), "wonderland"))
		assert.Contains(t, page.body, "See your roles")
		assert.Contains(t, page.body, "See your groups")
		assert.NotContains(t, page.body, "unheard-of")
		form := url.Values{"grant_type": {"authorization_code"}, "code": {returned(t, p.agree(page, false)).Get("code")}, "redirect_uri": {callback}}
		tokens := s.post("/oauth/token", "desk", secret, form).json(t)
		assert.Equal(t, "openid roles groups", tokens["scope"], "the granted scope is returned")
		want := []any{"editor", "admin"}
		for _, name := range []string{"roles", "groups"} {
			assert.ElementsMatch(t, want, claim(t, tokens["id_token"].(string), name))
			assert.ElementsMatch(t, want, claim(t, tokens["access_token"].(string), name))
			assert.ElementsMatch(t, want, s.released(t, tokens["access_token"])[name])
		}
	})
}

// User claims in ID tokens need no further statement: the user is read with the code.
func TestStatementsOfClaimsInIDTokens(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, with := startWithUser(t, databaseURL)
		without := s.client("bare", "--grant-type", "authorization_code", "--grant-type", "refresh_token", "--redirect-uri", callback, "--scope", "openid profile", "--id-token-claims=false")
		s.command("client", "update", "app", "--add-grant-type", "refresh_token")
		time.Sleep(2500 * time.Millisecond) // until the server has loaded the changed clients
		counts := map[string][]int{}
		for id, secret := range map[string]string{"app": with, "bare": without} {
			p := s.userAgent(t)
			code := p.signIn(url.Values{"client_id": {id}}).Get("code")
			issued := s.post("/oauth/token", id, secret, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}})
			require.Equal(t, http.StatusOK, issued.status, issued.body)
			tokens := issued.json(t)
			assert.Equal(t, id == "app", claim(t, tokens["id_token"].(string), "preferred_username") != nil, id)
			refreshed := s.post("/oauth/token", id, secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}})
			require.Equal(t, http.StatusOK, refreshed.status, refreshed.body)
			counts[id] = []int{s.statements(issued), s.statements(refreshed)}
		}
		assert.Equal(t, []int{5, 5}, counts["bare"])
		assert.Equal(t, counts["bare"], counts["app"])
	})
}
