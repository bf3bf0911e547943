package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"golang.org/x/oauth2"
)

// gateway is an application that redirects its callbacks over two further origins, as brokers
// and gateways do. It returns its first origin.
func gateway(t *testing.T) string {
	t.Helper()
	last := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, `<!doctype html><title>app</title><p id="arrived">%s</p>`, r.URL.Path)
	}))
	t.Cleanup(last.Close)
	middle := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, last.URL+r.URL.Path, http.StatusFound)
	}))
	t.Cleanup(middle.Close)
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			assert.Equal(t, "state", r.FormValue("state"))
		}
		assert.NotContains(t, r.Referer(), "?")
		http.Redirect(w, r, middle.URL+r.URL.Path, http.StatusFound)
	}))
	t.Cleanup(first.Close)
	return first.URL
}

// Browsers apply form-action of a page's Content-Security-Policy to every redirect after the
// form is submitted. The later origins are unknown to the server, so the policy must not block
// them.
func TestFormsSurviveRedirectsToOtherOrigins(t *testing.T) {
	t.Parallel()
	s := dev(t)
	app := gateway(t)
	s.command("client", "create", "--dev", "Gateway", "gateway", "--grant-type", "authorization_code", "--redirect-uri", app+"/callback",
		"--scope", "openid", "--post-logout-redirect-uri", app+"/bye")
	w := newWindow(t, s)
	w.config.ClientID, w.config.RedirectURL, w.config.Scopes = "gateway", app+"/callback", []string{"openid"}
	arrives := func(how, path string) {
		t.Helper()
		assert.Equal(t, path, read(w, chromedp.Text("#arrived")), how)
	}

	w.start()
	w.do(chromedp.WaitVisible("#login-page"), chromedp.Click("#login-cancel"))
	arrives("cancel", "/callback")
	w.start()
	w.do(login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"))
	arrives("consent", "/callback")
	w.start(oauth2.SetAuthURLParam("prompt", "login"))
	w.do(login("wonderland"))
	arrives("sign-in, consent given before", "/callback")
	w.start(oauth2.SetAuthURLParam("prompt", "consent"), oauth2.SetAuthURLParam("response_mode", "form_post"))
	w.do(chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"))
	arrives("form_post", "/callback")
	w.do(chromedp.Navigate(s.url+"/oauth/logout?"+url.Values{"client_id": {"gateway"}, "post_logout_redirect_uri": {app + "/bye"}}.Encode()),
		chromedp.WaitVisible("#logout-page"), chromedp.Click("#logout-confirm"))
	arrives("sign-out", "/bye")
}
