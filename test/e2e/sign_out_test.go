package e2e_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const bye = "https://app.example.test/bye"

// signedIn signs alice in to the application in a new user agent.
func signedIn(t *testing.T, s *server, secret string) (p *userAgent, hint, access string) {
	t.Helper()
	p = s.userAgent(t)
	tokens := s.exchange(secret, p.signIn(nil).Get("code"), nil).json(t)
	return p, tokens["id_token"].(string), tokens["access_token"].(string)
}

// in reports whether the user agent has a session.
func (p *userAgent) in() bool {
	p.t.Helper()
	return returned(p.t, p.authorize(url.Values{"prompt": {"none"}})).Get("error") != "login_required"
}

func (p *userAgent) logout(form url.Values) response {
	p.t.Helper()
	return p.open("/oauth/logout?" + form.Encode())
}

func (p *userAgent) confirm(page response) response {
	p.t.Helper()
	require.Contains(p.t, page.body, `id="logout-page"`)
	return p.request(http.MethodPost, "/oauth/logout", url.Values{"confirm": {hidden(p.t, page, "confirm")}})
}

// A browser sends no SameSite=Lax cookies with a form of another site, so the session is unknown:
// the request is redirected to a GET, which has the cookies, and the user must confirm.
func TestCrossSiteFormDoesNotSignOut(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		p, _, _ := signedIn(t, s, secret)
		crossSite := func(form url.Values) response {
			return s.userAgent(t).request(http.MethodPost, "/oauth/logout", form, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site")
		}
		for _, form := range []url.Values{{}, {"confirm": {"x"}}, {"client_id": {"app"}, "post_logout_redirect_uri": {bye}, "state": {"s t"}}} {
			got := crossSite(form)
			require.Equal(t, http.StatusSeeOther, got.status)
			assert.Empty(t, got.header.Values("Set-Cookie"), "a cookie that was not sent must not be deleted")
			location, err := url.Parse(got.header.Get("Location"))
			require.NoError(t, err)
			assert.Equal(t, "/oauth/logout", location.Path)
			assert.Equal(t, form, location.Query())
			assert.Contains(t, p.open(location.String()).body, `id="logout-page"`, form)
			assert.True(t, p.in(), form)
		}
		assert.Equal(t, http.StatusBadRequest, crossSite(url.Values{"state": {strings.Repeat("x", 17<<10)}}).status)

		signedOut := s.userAgent(t).open("/oauth/logout")
		assert.Contains(t, signedOut.body, `id="logged-out"`, "there was no session")
		assert.Empty(t, signedOut.header.Values("Set-Cookie"))
		stale := s.userAgent(t)
		stale.cookies[sessionCookie] = "noise"
		assert.Contains(t, stale.open("/oauth/logout").body, `id="logged-out"`)
		assert.NotContains(t, stale.cookies, sessionCookie, "an invalid cookie is deleted")
	})
}

// An ID token hint authenticates the request: its session ends with the tokens granted in it,
// whether the browser sends the cookie or not, and though another has replaced it since.
func TestHintEndsItsSession(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		p, hint, access := signedIn(t, s, secret)
		again := returned(t, p.follow(p.login(p.follow(p.authorize(url.Values{"prompt": {"login"}})), "wonderland")))
		require.NotEmpty(t, again.Get("code"), again)
		other, _, otherAccess := signedIn(t, s, secret)
		assert.Contains(t, other.logout(url.Values{"id_token_hint": {hint}}).body, `id="logout-page"`, "a hint of the session of another browser")
		require.True(t, p.in())
		ask := url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye}, "state": {"x y"}}
		posted := s.userAgent(t).request(http.MethodPost, "/oauth/logout", ask, "Sec-Fetch-Site", "cross-site")
		require.Equal(t, http.StatusSeeOther, posted.status)
		assert.True(t, p.in(), "the POST alone must not end the session")

		for range 2 { // the second time the session has ended already
			got := s.userAgent(t).open(posted.header.Get("Location"))
			assert.Equal(t, http.StatusSeeOther, got.status)
			assert.Equal(t, bye+"?state=x+y", got.header.Get("Location"))
			assert.False(t, p.in())
			assert.False(t, s.active("app", secret, access))
		}
		assert.True(t, other.in(), "another session of the same user")
		assert.Contains(t, other.logout(url.Values{"id_token_hint": {hint}}).body, `id="logout-page"`, "a hint of one that has ended")
		assert.True(t, other.in())
		assert.True(t, s.active("app", secret, otherAccess))

		last := s.userAgent(t).logout(url.Values{"id_token_hint": {hint}})
		assert.Contains(t, last.body, `id="logged-out"`)
		assert.Contains(t, last.body, `href="https://app.example.test/"`, "a link to the application")
		assert.Contains(t, last.body, `href="/login"`)
	})
}

// For an unregistered redirect URI, RP-Initiated Logout section 4 forbids only the redirect: the
// user is signed out, the page explains why there is no redirect, and gatehouse explain shows the
// operator what to register.
func TestUnregisteredRedirectURIOnlyPreventsTheRedirect(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		for _, wrong := range []string{
			bye + "?x=1", bye + "/", strings.ToUpper(bye),
			callback, // registered as redirect URI only
			"javascript:alert(1)", `"'><script>alert(1)</script>`,
		} {
			p, hint, access := signedIn(t, s, secret)
			got := p.logout(url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {wrong}, "state": {"s"}})
			assert.Equal(t, http.StatusOK, got.status, wrong)
			assert.Empty(t, got.header.Get("Location"), wrong)
			assert.Contains(t, got.body, `id="logged-out"`, wrong)
			assert.Contains(t, got.body, `id="stays"`, wrong)
			assert.NotContains(t, got.body, "alert(1)", "only the operator may see the parameter")
			assert.False(t, p.in(), wrong)
			assert.False(t, s.active("app", secret, access), wrong)

			address := about(t, got)
			assert.Contains(t, s.get(address).body, "post_logout_redirect_uri of the request is not registered")
			told := string(s.command("explain", address))
			assert.Regexp(t, `Check +logout\n`, told)
			assert.Regexp(t, `Client +app \(app\)\n`, told)
			assert.Regexp(t, `Expected +`+regexp.QuoteMeta(bye)+`\n`, told)
			assert.Regexp(t, `Received +`+regexp.QuoteMeta(wrong)+`\n`, told)
			assert.Contains(t, told, "gatehouse client update app --add-post-logout-redirect-uri ")
			s.soon(func() bool { return strings.Contains(s.log.String(), address[len("/errors/"):]) }, "the log does not have it")
			for line := range strings.Lines(s.log.String()) {
				if strings.Contains(line, address[len("/errors/"):]) {
					assert.Contains(t, line, `"status":200`)
					assert.Contains(t, line, `"client_id":"app","outcome":"signed_out","error":"invalid_request","check":"logout"`)
				}
			}
		}
	})
}

// A hint for another user authenticates the application as well: after the confirmation the page
// reports the unregistered redirect URI.
func TestUnregisteredRedirectURIIsReportedAfterConfirmation(t *testing.T) {
	t.Parallel()
	s, secret := startWithUser(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
	_, hint, _ := signedIn(t, s, secret)
	s.stdin("looking-glass\n", "user", "create", "bob", "--password-stdin")
	bob := s.userAgent(t)
	bob.request(http.MethodPost, "/login", url.Values{"username": {"bob"}, "password": {"looking-glass"}})
	page := bob.logout(url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye + "/"}})
	assert.True(t, bob.in())
	done := bob.confirm(page)
	assert.Equal(t, http.StatusOK, done.status)
	assert.Contains(t, done.body, `id="stays"`)
	assert.Regexp(t, `Received +`+bye+`/\n`, string(s.command("explain", about(t, done))))
	assert.False(t, bob.in())

	// Without a hint the application is not authenticated, and the redirect URI is ignored.
	bob.request(http.MethodPost, "/login", url.Values{"username": {"bob"}, "password": {"looking-glass"}})
	done = bob.follow(bob.confirm(bob.logout(url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {bye + "/"}})))
	assert.Contains(t, done.body, `id="logged-out"`)
	assert.NotContains(t, done.body, `id="stays"`)
	assert.NotContains(t, done.body, "/errors/")
}

// Any site can send a user to this endpoint without a hint: the user must confirm, and the
// redirect goes only to a registered URI of the client.
func TestSignOutWithoutHintNeedsConfirmation(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		s.command("client", "create", "Books & more", "shop", "--grant-type", "authorization_code", "--redirect-uri", callback, "--post-logout-redirect-uri", "https://shop.example.test/")
		_, hint, _ := signedIn(t, s, secret)
		unsigned := hint[:strings.LastIndexByte(hint, '.')+1]
		for _, tc := range []struct {
			name string
			form url.Values
			to   string
		}{
			{"client", url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {bye}, "state": {"s t"}}, bye + "?state=s+t"},
			{"empty hint", url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {bye}, "id_token_hint": {""}}, bye},
			{"broken hint", url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {bye}, "id_token_hint": {"noise"}}, bye},
			{"unsigned hint", url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {bye}, "id_token_hint": {unsigned}}, bye},
			{"no client", url.Values{"post_logout_redirect_uri": {bye}}, ""},
			{"broken hint alone", url.Values{"post_logout_redirect_uri": {bye}, "id_token_hint": {unsigned}}, ""},
			{"redirect URI of another client", url.Values{"client_id": {"shop"}, "post_logout_redirect_uri": {bye}}, ""},
			{"similar redirect URI", url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {bye + "/"}}, ""},
			{"redirect URI of sign-in only", url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {callback}}, ""},
			{"script", url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {"javascript:alert(1)"}}, ""},
			{"unknown client", url.Values{"client_id": {"nobody"}, "post_logout_redirect_uri": {bye}}, ""},
			{"hint of another client", url.Values{"client_id": {"shop"}, "id_token_hint": {hint}, "post_logout_redirect_uri": {"https://shop.example.test/"}}, ""},
		} {
			p, _, _ := signedIn(t, s, secret)
			page := p.logout(tc.form)
			assert.Empty(t, page.header.Get("Location"), tc.name)
			assert.Equal(t, tc.name == "redirect URI of another client", strings.Contains(page.body, "Books &amp; more"), tc.name)
			done := p.follow(p.confirm(page))
			assert.Equal(t, tc.to, done.header.Get("Location"), tc.name)
			assert.Equal(t, tc.to == "", strings.Contains(done.body, `id="logged-out"`), tc.name)
			assert.False(t, p.in(), tc.name)
		}
		away := s.userAgent(t).logout(url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {bye}})
		assert.Equal(t, bye, away.header.Get("Location"), "without a session there is nothing to confirm")
	})
}

// With a hint for another user the signed-in user must confirm; after that the redirect URI is
// used as with a hint for herself.
func TestHintForAnotherUserNeedsConfirmation(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		alice, hint, _ := signedIn(t, s, secret)
		s.stdin("looking-glass\n", "user", "create", "bob", "--password-stdin")
		bob := s.userAgent(t)
		bob.request(http.MethodPost, "/login", url.Values{"username": {"bob"}, "password": {"looking-glass"}})
		page := bob.logout(url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye}, "state": {"1"}})
		assert.True(t, bob.in())
		assert.Equal(t, bye+"?state=1", bob.confirm(page).header.Get("Location"))
		assert.False(t, bob.in())
		assert.True(t, alice.in(), "alice did not confirm")
	})
}

// A confirmation counts only for the session of the page, and only as a form of that page.
func TestSignOutConfirmationIsBoundToItsSession(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		p, _, _ := signedIn(t, s, secret)
		other, _, _ := signedIn(t, s, secret)
		confirm := hidden(t, other.logout(url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {bye}}), "confirm")
		for _, text := range []string{confirm, confirm[:len(confirm)-2], "noise", hidden(t, p.authorize(url.Values{"prompt": {"login"}}), "flow")} {
			page := p.request(http.MethodPost, "/oauth/logout", url.Values{"confirm": {text}})
			assert.Contains(t, page.body, `id="logout-page"`)
			assert.True(t, p.in())
		}
		own := hidden(t, p.open("/oauth/logout"), "confirm")
		assert.Contains(t, p.logout(url.Values{"confirm": {own}}).body, `id="logout-page"`, "a GET must not confirm")
		assert.True(t, p.in())

		// Signed out in another tab meanwhile: the redirect still works.
		page := p.logout(url.Values{"client_id": {"app"}, "post_logout_redirect_uri": {bye}})
		p.confirm(p.open("/oauth/logout"))
		assert.Equal(t, bye, p.follow(p.confirm(page)).header.Get("Location"))
	})
}

// The query of a registered URI is kept byte for byte: it is not parsed, sorted or encoded again.
func TestQueriesOfRegisteredURIsAreKept(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		const to, from = "https://q.example.com/bye?a=1;b=2&z=%2F", "https://q.example.com/cb?z=%2F&a=1;b=2&c"
		s.command("client", "create", "Q", "q", "--grant-type", "authorization_code", "--redirect-uri", from, "--scope", "openid", "--post-logout-redirect-uri", to)
		p := s.userAgent(t)
		ask := url.Values{"client_id": {"q"}, "redirect_uri": {from}, "scope": {"openid"}}
		got := p.agree(p.follow(p.login(p.authorize(ask), "wonderland")), true)
		assert.True(t, strings.HasPrefix(got.header.Get("Location"), from+"&code="), got.header.Get("Location"))
		ask.Set("response_mode", "fragment")
		assert.True(t, strings.HasPrefix(p.authorize(ask).header.Get("Location"), from+"#code="))
		ask.Set("response_mode", "form_post")
		assert.Contains(t, p.authorize(ask).body, `action="https://q.example.com/cb?z=%2F&amp;a=1;b=2&amp;c"`)

		done := p.confirm(p.logout(url.Values{"client_id": {"q"}, "post_logout_redirect_uri": {to}, "state": {"s t"}}))
		assert.Equal(t, to+"&state=s+t", done.header.Get("Location"))
	})
}

// An ID token is accepted as a hint without expiry. If its session has ended, the token may have
// leaked, and a later session must not end without confirmation.
func TestHintOfAnEndedSessionNeedsConfirmation(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		s.client("first", "--redirect-uri", callback, "--first-party")
		p, old, _ := signedIn(t, s, secret)
		p.logout(url.Values{"id_token_hint": {old}})
		require.False(t, p.in())

		other := s.userAgent(t)
		other.signIn(url.Values{"client_id": {"first"}})
		page := other.logout(url.Values{"id_token_hint": {old}})
		assert.Contains(t, page.body, `id="logout-page"`)
		assert.True(t, other.in())

		// Nor does it count for a later session in which the same application was signed in to.
		returned(t, other.authorize(nil))
		assert.Contains(t, other.logout(url.Values{"id_token_hint": {old}}).body, `id="logout-page"`)
		assert.True(t, other.in())
	})
}
