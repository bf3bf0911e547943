package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asks sends a message to the frame of the server, as the page of the application does, and returns the answer.
func (w *window) asks(message string) string {
	w.t.Helper()
	// The application has the response before the browser has its page.
	w.do(chromedp.WaitVisible("#app-page"), chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		window.answered = "";
		window.onmessage = (e) => { if (e.origin === %[1]q) window.answered = e.data };
		const ask = () => frames["op"].postMessage(%[2]q, %[1]q);
		if (frames["op"]) { ask(); return }
		const f = document.createElement("iframe");
		f.name = "op"; f.src = %[1]q + "/oauth/check_session"; f.onload = ask;
		document.body.append(f);
	})()`, w.server.url, message)))
	return read(w, chromedp.Poll[string](`window.answered`))
}

// A page of an application learns whether the user is still signed in, and nothing else; and a page in a frame
// learns of the sign-out.
func TestApplicationWatchesTheSession(t *testing.T) {
	t.Parallel()
	s := dev(t, "GATEHOUSE_SESSION_MANAGEMENT=true")
	w := newWindow(t, s)
	foreign := strings.TrimSuffix(w.config.RedirectURL, "/callback")
	home := strings.Replace(foreign, "127.0.0.1", "localhost", 1)
	framed := make(chan url.Values, 1)
	shop := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/front" {
			framed <- r.URL.Query()
		}
	}))
	t.Cleanup(shop.Close)
	w.config.RedirectURL = home + "/callback"
	s.command("client", "update", "demo-spa", "--dev", "--add-redirect-uri", home+"/callback", "--add-redirect-uri", shop.URL+"/callback",
		"--add-post-logout-redirect-uri", home+"/bye", "--frontchannel-logout-uri", shop.URL+"/front", "--frontchannel-logout-session-required")
	s.soon(func() bool { return s.mayRead(home) }, "registered")
	assert.Equal(t, s.url+"/oauth/check_session", s.get("/.well-known/openid-configuration").json(t)["check_session_iframe"])
	frame := s.get("/oauth/check_session")
	assert.Equal(t, "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *", frame.header.Get("Content-Security-Policy"))
	assert.Empty(t, frame.header.Get("X-Frame-Options"))
	assert.NotContains(t, frame.body, "<form")

	w.start()
	w.do(login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"))
	state := w.callbackParams().Get("session_state")
	require.Regexp(t, `^[\w-]{43}\.[\w-]{16}$`, state)
	assert.Equal(t, "unchanged", w.asks("demo-spa "+state))
	assert.Equal(t, "changed", w.asks("demo-web "+state), "another application")
	assert.Equal(t, "changed", w.asks("demo-spa "+strings.Repeat("A", 43)+state[43:]))
	for _, wrong := range []string{"", "demo-spa", "demo-spa ", "demo-spa x", "demo-spa " + state + " x", " " + state, "demo-spa " + strings.Repeat("x", 1000) + ".y"} {
		assert.Equal(t, "error", w.asks(wrong), wrong)
	}
	w.do(chromedp.Navigate(foreign), chromedp.WaitVisible("#app-page"))
	assert.Equal(t, "error", w.asks("demo-spa "+state), "a page of another site: it has no cookie over http")

	w.do(chromedp.Navigate(s.url+"/oauth/logout?"+url.Values{"client_id": {"demo-spa"}, "post_logout_redirect_uri": {home + "/bye"}, "state": {"s"}}.Encode()),
		chromedp.WaitVisible("#logout-page"), chromedp.Click("#logout-confirm"), chromedp.WaitVisible("#app-page"))
	assert.Equal(t, home+"/bye?state=s", read(w, chromedp.Evaluate[string](`location.href`)))
	select {
	case got := <-framed:
		assert.Equal(t, s.url, got.Get("iss"))
		assert.NotEmpty(t, got.Get("sid"))
	case <-time.After(5 * time.Second):
		t.Fatal("the frame is not loaded")
	}
	assert.Equal(t, "changed", w.asks("demo-spa "+state), "signed out")
}
