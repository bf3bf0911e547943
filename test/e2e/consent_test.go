package e2e_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The consent page names the application, the requested access and the redirect host.
func TestConsentPageContent(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		s.command("client", "create", "Books & more", "shop", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid profile email orders:read orders:write")
		s.command("scope", "describe", "orders:read", "See what you ordered")
		p := s.userAgent(t)
		page := p.follow(p.login(p.authorize(url.Values{"client_id": {"shop"}, "scope": {"openid email orders:read orders:write"}}), "wonderland"))
		for _, shown := range []string{"Books &amp; more", "<strong>app.example.test</strong>", "See your email address", "See what you ordered", "<code>orders:write</code>", "alice"} {
			assert.Contains(t, page.body, shown)
		}
		assert.NotContains(t, page.body, "your profile", "not requested")
	})
}

// agreeTo sends the consent form of a flow, with further headers.
func (p *userAgent) agreeTo(flow string, header ...string) response {
	p.t.Helper()
	return p.request(http.MethodPost, "/consent", url.Values{"flow": {flow}, "action": {"accept"}}, header...)
}

// Keycloak CVE-2023-0264: consent counts only for the user who saw the page, and only from the
// server's own page.
func TestConsentIsBoundToTheUser(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		s.stdin("looking-glass\n", "user", "create", "bob", "--password-stdin")
		p := s.userAgent(t)
		flow := hidden(t, p.follow(p.login(p.authorize(nil), "wonderland")), "flow")
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
			assert.Equal(t, http.StatusForbidden, p.agreeTo(flow, header...).status, header)
		}

		bob := url.Values{"username": {"bob"}, "password": {"looking-glass"}}
		require.Equal(t, "/", p.request(http.MethodPost, "/login", bob).header.Get("Location"))
		asked := p.agreeTo(flow)
		assert.Contains(t, asked.body, `id="consent-page"`, "bob must give his own consent")
		assert.Contains(t, asked.body, "bob")
		assert.Empty(t, asked.header.Get("Location"))
		p.request(http.MethodPost, "/oauth/logout", url.Values{"confirm": {hidden(t, p.open("/oauth/logout"), "confirm")}})
		assert.Contains(t, p.agreeTo(flow).body, `id="login-page"`, "no session")

		alice := url.Values{"username": {"alice"}, "password": {"wonderland"}}
		require.Equal(t, "/", p.request(http.MethodPost, "/login", alice).header.Get("Location"))
		assert.NotEmpty(t, returned(t, p.agreeTo(flow)).Get("code"), "alice is signed in again")
	})
}

// Keycloak CVE-2026-7571: an authorization request in progress cannot be changed, neither by
// further parameters nor by resuming it with others.
func TestParametersBesideAFlowAreIgnored(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		back := p.login(p.authorize(nil), "wonderland").header.Get("Location")
		require.Contains(t, back, "/oauth/authorize?flow=")
		beside := url.Values{"response_type": {"token"}, "response_mode": {"fragment"}, "redirect_uri": {"https://evil.example/"}, "scope": {"openid email"}, "state": {"forged"}, "prompt": {"none"}, "request_uri": {"https://evil.example/"}}.Encode()
		page := p.open(back + "&" + beside)
		require.Contains(t, page.body, `id="consent-page"`)
		assert.NotContains(t, page.body, "email")
		assert.NotContains(t, page.body, "evil.example")
		got := p.request(http.MethodPost, "/consent?"+beside, url.Values{"flow": {hidden(t, page, "flow")}, "action": {"accept"}, "response_type": {"token"}, "redirect_uri": {"https://evil.example/"}, "state": {"forged"}})
		params := returned(t, got)
		assert.NotEmpty(t, params.Get("code"))
		assert.False(t, params.Has("access_token"))
		assert.Equal(t, "s t/a+te", params.Get("state"))

		refused := p.open(back + "&client_id=app&" + beside)
		assert.Equal(t, http.StatusBadRequest, refused.status, "a new request, which is validated as such")
		assert.Empty(t, refused.header.Get("Location"))
	})
}

// A request that was valid at its start may have become invalid when the user submits a page.
func TestFlowIsValidatedAtEachStep(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		early, late := s.userAgent(t), s.userAgent(t)
		login := early.authorize(nil)
		consent := late.follow(late.login(late.authorize(nil), "wonderland"))
		s.command("client", "update", "app", "--add-redirect-uri", callback+"2", "--remove-redirect-uri", callback)
		s.soon(func() bool { return s.userAgent(t).authorize(nil).status == http.StatusBadRequest }, "the redirect URI is still accepted")
		for name, got := range map[string]response{"sign-in": early.login(login, "wonderland"), "consent": late.agree(consent, true)} {
			assert.Equal(t, http.StatusBadRequest, got.status, name)
			assert.Contains(t, got.body, `id="error-page"`, name)
			assert.Empty(t, got.header.Get("Location"), name)
		}
	})
}
