package e2e_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A user who finds another account signed in can sign in to her own within the same request, and
// must give her own consent. The form is accepted from the server's own page only.
func TestSwitchUserOnTheConsentPage(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		s.stdin("looking-glass\n", "user", "create", "bob", "--password-stdin")
		p := s.userAgent(t)
		p.signIn(nil)
		consent := p.authorize(url.Values{"prompt": {"consent"}, "login_hint": {"alice"}})
		notYou := url.Values{"flow": {hidden(t, consent, "flow")}, "action": {"switch"}}
		for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://evil.example"}} {
			assert.Equal(t, http.StatusForbidden, p.request(http.MethodPost, "/consent", notYou, header...).status)
		}
		assert.Equal(t, http.StatusBadRequest, s.userAgent(t).request(http.MethodPost, "/consent", notYou).status, "another browser")

		page := p.request(http.MethodPost, "/consent", notYou)
		assert.Contains(t, page.body, `name="username" type="text" value=""`, "the name of the other user must not be filled in")
		assert.Contains(t, page.body, "Signing in again replaces this session.", "and she is not asked to")
		assert.True(t, p.in(), "alice stays signed in until bob is")
		login := url.Values{"flow": {hidden(t, page, "flow")}, "username": {"bob"}, "password": {"looking-glass"}}
		asked := p.follow(p.request(http.MethodPost, "/login", login))
		assert.Contains(t, asked.body, "bob")
		assert.NotContains(t, asked.body, "alice")
		got := returned(t, p.agree(asked, false))
		assert.Equal(t, "s t/a+te", got.Get("state"), "the same request")
		token := s.exchange(secret, got.Get("code"), nil)
		require.Equal(t, http.StatusOK, token.status, token.body)

		// A request with a hint for alice must not yield a code for bob.
		hint := s.exchange(secret, s.userAgent(t).signIn(nil).Get("code"), nil).json(t)["id_token"].(string)
		about := s.userAgent(t)
		about.signIn(nil)
		consent = about.authorize(url.Values{"prompt": {"consent"}, "id_token_hint": {hint}})
		page = about.request(http.MethodPost, "/consent", url.Values{"flow": {hidden(t, consent, "flow")}, "action": {"switch"}})
		login.Set("flow", hidden(t, page, "flow"))
		assert.NotContains(t, about.follow(about.request(http.MethodPost, "/login", login)).body, `id="consent-page"`)
	})
}

// The page of a throttled sign-in says how long to wait.
func TestThrottledSignInSaysHowLong(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		try := func() response {
			return p.request(http.MethodPost, "/login", url.Values{"username": {"alice"}, "password": {"wrong"}})
		}
		for range 10 {
			require.Equal(t, http.StatusUnprocessableEntity, try().status)
		}
		locked := try()
		require.Equal(t, http.StatusTooManyRequests, locked.status)
		assert.Contains(t, locked.body, "Try again in "+locked.header.Get("Retry-After")+" seconds.")
	})
}
