package e2e_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A proxy with the usual 4 KiB buffer for response headers responds with 502 to larger ones.
func TestHeadersStaySmallWithALongState(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		for _, name := range []string{"bob", "carol"} { // three accounts make the longest cookies
			s.stdin("looking-glass\n", "user", "create", name, "--password-stdin")
			p.request(http.MethodPost, "/login", url.Values{"username": {name}, "password": {"looking-glass"}})
		}
		state := strings.Repeat("x", 3000)
		long := func(more ...string) url.Values {
			form := url.Values{"state": {state}, "nonce": {strings.Repeat("n", 43)}, "code_challenge": {strings.Repeat("c", 43)}, "code_challenge_method": {"S256"}}
			for i := 0; i < len(more); i += 2 {
				form.Set(more[i], more[i+1])
			}
			return form
		}
		small := func(name string, got response) response {
			t.Helper()
			var head bytes.Buffer
			_, _ = fmt.Fprintf(&head, "HTTP/1.1 %d %s\r\n", got.status, http.StatusText(got.status))
			require.NoError(t, got.header.Write(&head))
			assert.Less(t, head.Len(), 4096, "%s", name)
			t.Log(name, head.Len())
			return got
		}

		page := small("sign-in page", p.authorize(long("prompt", "login")))
		posted := authorizeParams(long())
		small("posted request", p.request(http.MethodPost, "/oauth/authorize", posted))
		posted.Set("claims", `{"userinfo":{"name":{"essential":true}},"x":"`+strings.Repeat("c", 6000)+`"}`)
		once := small("long posted request", p.request(http.MethodPost, "/oauth/authorize", posted, "Sec-Fetch-Site", "cross-site"))
		assert.Contains(t, once.body, `action="/oauth/authorize"`)
		assert.Equal(t, state, hidden(t, once, "state"))
		twice := small("long posted request, by the page", p.request(http.MethodPost, "/oauth/authorize", posted, "Sec-Fetch-Site", "same-origin"))
		assert.Contains(t, twice.body, `action="/consent"`)
		small("wrong password", p.login(page, "wrong"))
		cancelled := small("cancel", p.request(http.MethodPost, "/login", url.Values{"flow": {hidden(t, page, "flow")}, "action": {"cancel"}}))
		assert.Equal(t, state, returned(t, cancelled).Get("state"))
		consent := small("sign-in", p.login(page, "wonderland"))
		assert.Equal(t, http.StatusOK, consent.status, "no redirect URL would be short enough")
		denied := small("no consent", p.request(http.MethodPost, "/consent", url.Values{"flow": {hidden(t, consent, "flow")}, "action": {"deny"}}))
		assert.Equal(t, state, returned(t, denied).Get("state"))

		// The back button: submitting the sign-in form again shows the consent page to the same user.
		again := small("sign-in again", p.login(page, "wonderland"))
		got := returned(t, small("consent", p.agree(again, true)))
		assert.Equal(t, state, got.Get("state"))
		tokens := s.exchange(secret, returned(t, small("code", p.authorize(url.Values{"state": {state}}))).Get("code"), nil).json(t)
		for _, mode := range []string{"query", "fragment", "form_post"} {
			small("silent "+mode, p.authorize(long("prompt", "none", "response_mode", mode)))
			small("error "+mode, p.authorize(long("response_type", "token", "response_mode", mode)))
			small("refused "+mode, p.authorize(long("scope", "openid admin", "response_mode", mode)))
		}
		// An error with the longest possible parameters omits error_uri; its ID is in the log.
		for _, mode := range []string{"query", "fragment"} {
			wrong := long("code_challenge_method", strings.Repeat("m", 200), "response_mode", mode)
			assert.NotContains(t, small("long error "+mode, p.authorize(wrong)).header.Get("Location"), "error_uri")
			wrong.Set("state", "short")
			assert.Contains(t, p.authorize(wrong).header.Get("Location"), "error_uri")
		}
		small("page", p.authorize(long("client_id", "nobody")))

		// A sign-in that needs no consent sets the new cookies in the response with the code.
		page = p.authorize(long("prompt", "login"))
		direct := returned(t, small("sign-in and code", p.login(page, "wonderland")))
		assert.Equal(t, state, direct.Get("state"))
		assert.NotEmpty(t, direct.Get("code"))

		ask := url.Values{"id_token_hint": {tokens["id_token"].(string)}, "post_logout_redirect_uri": {bye}, "state": {state}}
		out := small("sign-out", p.logout(ask))
		assert.Equal(t, bye+"?state="+state, out.header.Get("Location"))
	})
}

// A short request continues by a redirect, so that a reload does not submit the password again.
func TestShortRequestContinuesByRedirect(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		got := p.login(p.authorize(url.Values{"state": {strings.Repeat("x", 384)}}), "wonderland")
		assert.Equal(t, http.StatusSeeOther, got.status)
		assert.True(t, strings.HasPrefix(got.header.Get("Location"), "/oauth/authorize?flow="))
	})
}

// A long request, which continues without a redirect, is bound to its browser and to the user
// who signed in like a short one.
func TestLongRequestIsBoundToItsBrowser(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		victim, attacker := s.userAgent(t), s.userAgent(t)
		state := url.Values{"state": {strings.Repeat("x", 3000)}}
		victim.authorize(state) // has its own browser binding cookie
		stolen := victim.login(attacker.authorize(state), "wonderland")
		assert.Equal(t, http.StatusBadRequest, stolen.status)
		assert.Empty(t, stolen.header.Values("Set-Cookie"), "and no session starts")

		consent := victim.login(victim.authorize(state), "wonderland")
		flow := hidden(t, consent, "flow")
		assert.Equal(t, http.StatusBadRequest, attacker.agreeTo(flow).status)
		s.stdin("looking-glass\n", "user", "create", "bob", "--password-stdin")
		victim.request(http.MethodPost, "/login", url.Values{"username": {"bob"}, "password": {"looking-glass"}})
		assert.Contains(t, victim.agreeTo(flow).body, "bob", "bob must give his own consent")
	})
}
