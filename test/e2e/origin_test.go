package e2e_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// origins are the Origin headers that browsers without Fetch Metadata send with the server's own
// forms: none, the issuer (also if a proxy changed the Host header), and null if the browser
// suppresses the referrer.
func origins() map[string][]string {
	return map[string][]string{"none": nil, "issuer": {"Origin", issuer}, "null": {"Origin", "null"}}
}

func TestOwnFormsWorkWithEveryOriginHeader(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		for name, origin := range origins() {
			p := s.userAgent(t)
			page := p.authorize(nil)
			assert.Equal(t, "strict-origin", page.header.Get("Referrer-Policy"), name)
			form := url.Values{"flow": {hidden(t, page, "flow")}, "username": {"alice"}, "password": {"wonderland"}}
			consent := p.follow(p.request(http.MethodPost, "/login", form, origin...))
			require.Contains(t, consent.body, `id="consent-page"`, name)
			assert.Equal(t, "strict-origin", consent.header.Get("Referrer-Policy"), name)
			assert.NotEmpty(t, returned(t, p.agreeTo(hidden(t, consent, "flow"), origin...)).Get("code"), name)

			alone := s.userAgent(t)
			form = url.Values{"page": {hidden(t, alone.open("/login"), "page")}, "username": {"alice"}, "password": {"wrong"}}
			again := alone.request(http.MethodPost, "/login", form, origin...)
			require.Equal(t, http.StatusUnprocessableEntity, again.status, name)
			form = url.Values{"page": {hidden(t, again, "page")}, "username": {"alice"}, "password": {"wonderland"}}
			assert.Equal(t, "/", alone.request(http.MethodPost, "/login", form, origin...).header.Get("Location"), name)
		}
	})
}

// A sandboxed frame of another site sends null as well, but lacks the form value that is bound
// to the browser.
func TestSandboxedFrameIsRefused(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		victim, attacker := s.userAgent(t), s.userAgent(t)
		own := hidden(t, victim.authorize(nil), "flow")
		theirs, page := hidden(t, attacker.authorize(nil), "flow"), hidden(t, attacker.open("/login"), "page")
		refused := func(p *userAgent, path string, form url.Values, headers ...string) {
			t.Helper()
			form.Set("username", "alice")
			form.Set("password", "wonderland")
			form.Set("action", "accept")
			got := p.request(http.MethodPost, path, form, append(headers, "Origin", "null")...)
			assert.Equal(t, http.StatusForbidden, got.status)
			assert.Empty(t, got.header.Values("Set-Cookie"))
		}
		for _, path := range []string{"/login", "/consent"} {
			refused(victim, path, url.Values{})
			refused(victim, path, url.Values{"flow": {theirs}})
			refused(victim, path, url.Values{"page": {page}})
			refused(s.userAgent(t), path, url.Values{"flow": {own}})
			for _, site := range []string{"cross-site", "same-site"} {
				refused(victim, path, url.Values{"flow": {own}}, "Sec-Fetch-Site", site)
			}
		}
	})
}

// With an authorization response, posted or redirected, a browser sends the application the
// origin of this server and no more of the URL.
func TestAuthorizationResponseRevealsOnlyTheOrigin(t *testing.T) {
	t.Parallel()
	s := dev(t)
	w := newWindow(t, s)
	w.start()
	w.do(login("wonderland"), chromedp.WaitVisible("#consent-page"))
	assert.Empty(t, read(w, chromedp.Evaluate[string](`new URL(document.referrer || location.origin).search`)))
	w.do(chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	w.callbackParams()
	header := <-w.headers
	assert.Contains(t, []string{"", s.url + "/"}, header.Get("Referer"))

	w.start(oauth2.SetAuthURLParam("response_mode", "form_post"))
	w.do(chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	w.callbackParams()
	header = <-w.headers
	assert.Equal(t, s.url, header.Get("Origin"))
	assert.Equal(t, s.url+"/", header.Get("Referer"))
}
