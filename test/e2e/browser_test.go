package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	permission "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// window is a window of a real browser, with the development server and an application that
// records the authorization responses it receives.
type window struct {
	t         *testing.T
	ctx       context.Context
	server    *server
	callbacks chan url.Values
	headers   chan http.Header // of the callback requests
	config    oauth2.Config
}

// focusGiven matches something of a page when the browser has put the focus where the page asks for it. It does so when
// it first paints the page, which may be after the page has been loaded.
const focusGiven = "html:not(:has([autofocus])), :focus"

// windowTime is how long a window may be open: each of its steps has a time of its own.
const windowTime = 10 * time.Minute

func newWindow(t *testing.T, s *server) *window {
	t.Helper()
	w := &window{t: t, server: s, callbacks: make(chan url.Values, 10), headers: make(chan http.Header, 10)}
	app := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.ParseForm() == nil && r.URL.Path == "/callback" {
			select {
			case w.headers <- r.Header:
			default: // most tests do not read them
			}
			w.callbacks <- r.Form
		}
		_, _ = fmt.Fprint(rw, `<!doctype html><title>app</title><p id="app-page">the application</p>`)
	}))
	t.Cleanup(app.Close)
	w.config = oauth2.Config{
		ClientID: "demo-spa", RedirectURL: app.URL + "/callback", Scopes: []string{"openid", "profile", "email"},
		Endpoint: oauth2.Endpoint{AuthURL: s.url + "/oauth/authorize", TokenURL: s.url + "/oauth/token", AuthStyle: oauth2.AuthStyleInParams},
	}
	ctx, closeWindow := browser.profile(t)
	t.Cleanup(closeWindow)
	ctx, cancel := context.WithTimeout(ctx, windowTime)
	t.Cleanup(cancel)
	w.ctx = ctx
	w.open()
	return w
}

// open opens the window, or another tab. It needs the long-lived context: chromedp closes the tab when the context of
// the first call ends. Its pages have the focus, as that of a user who looks at one window only.
func (w *window) open() {
	w.t.Helper()
	require.NoError(w.t, chromedp.Do(w.ctx))
	call(w, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	w.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error { // as a browser with a window lets pages do
		c := chromedp.FromContext(ctx)
		_, err := cdp.Call(ctx, c.Browser, permission.SetPermission, permission.SetPermissionParams{
			Permission: &permission.PermissionDescriptor{Name: "clipboard-write"}, Setting: permission.PermissionSettingGranted, BrowserContextID: c.BrowserContextID,
		})
		return err
	}))
}

func (w *window) do(actions ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	read(w, chromedp.Steps(actions...))
}

// read runs an action in the window and returns its result.
func read[T any](w *window, action chromedp.Action[T]) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, 30*time.Second)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
		defer cancel()
		page, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.documentElement.outerHTML`))
		w.t.Fatalf("%v at:\n%s\nlog:\n%s", err, page, w.server.log)
	}
	return value
}

// start opens an authorization request and returns its code verifier.
func (w *window) start(options ...oauth2.AuthCodeOption) string {
	w.t.Helper()
	verifier := oauth2.GenerateVerifier()
	w.do(chromedp.Navigate(w.config.AuthCodeURL("state", append(options, oauth2.S256ChallengeOption(verifier))...)))
	return verifier
}

func login(password string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.WaitVisible("#login-page"),
		chromedp.SetValue("#username", "alice"), chromedp.SendKeys("#password", password), chromedp.Click("#login-submit"),
	)
}

// callbackParams waits for the next authorization response to the application.
func (w *window) callbackParams() url.Values {
	w.t.Helper()
	select {
	case got := <-w.callbacks:
		return got
	case <-time.After(20 * time.Second):
		require.Fail(w.t, "the application received no authorization response")
		return nil
	}
}

// The whole sign-in flow in a real browser, by keyboard and by mouse.
func TestSignInFlowInABrowser(t *testing.T) {
	t.Parallel()
	s := dev(t)
	w := newWindow(t, s)

	// A wrong password is reported, the username is kept, and the next attempt continues the flow.
	verifier := w.start()
	w.do(login("wrong"), chromedp.WaitVisible("#problem"))
	assert.Contains(t, read(w, chromedp.Text("#problem")), "wrong")
	assert.Equal(t, "alice", read(w, chromedp.Value("#username")))
	w.do(chromedp.SendKeys("#password", "wonderland\r"), chromedp.WaitVisible("#consent-page"))
	consent := read(w, chromedp.Text("#consent-page"))
	w.do(chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	assert.Contains(t, consent, "Demo browser application")
	assert.Contains(t, consent, "127.0.0.1")
	got := w.callbackParams()
	assert.Equal(t, "state", got.Get("state"))
	assert.Equal(t, s.url, got.Get("iss"))
	token, err := w.config.Exchange(w.ctx, got.Get("code"), oauth2.VerifierOption(verifier))
	require.NoError(t, err)
	assert.NotEmpty(t, token.Extra("id_token"))

	// The back button leads to an explanation, not to a second code.
	w.do(chromedp.NavigateBack(), chromedp.WaitVisible("#consent-accept"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#error-page"))
	assert.Contains(t, read(w, chromedp.Text("#error-page")), "Already finished")

	// Signed in: no password prompt, but a native client needs consent each time (RFC 8252 section 8.6).
	w.start()
	w.do(chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-deny"), chromedp.WaitVisible("#app-page"))
	assert.Equal(t, "access_denied", w.callbackParams().Get("error"))

	// prompt=none shows no page; prompt=login and max_age=0 require the password.
	w.start(oauth2.SetAuthURLParam("prompt", "none"))
	assert.Equal(t, "consent_required", w.callbackParams().Get("error"))
	for _, more := range [][2]string{{"prompt", "login"}, {"max_age", "0"}} {
		w.start(oauth2.SetAuthURLParam(more[0], more[1]))
		w.do(login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
		assert.NotEmpty(t, w.callbackParams().Get("code"), more)
	}

	// response_mode=form_post.
	w.start(oauth2.SetAuthURLParam("response_mode", "form_post"))
	w.do(chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	assert.NotEmpty(t, w.callbackParams().Get("code"))

	// Cancel, and sign out.
	w.start(oauth2.SetAuthURLParam("prompt", "login"))
	w.do(chromedp.Click("#login-cancel"), chromedp.WaitVisible("#app-page"))
	assert.Equal(t, "access_denied", w.callbackParams().Get("error"))
	w.do(chromedp.Navigate(s.url+"/oauth/logout"), chromedp.WaitVisible("#logout-page"), chromedp.Click("#logout-confirm"), chromedp.WaitVisible("#logged-out"))
	w.start(oauth2.SetAuthURLParam("prompt", "none"))
	assert.Equal(t, "login_required", w.callbackParams().Get("error"))
}

func TestConcurrentFlowsInTwoTabs(t *testing.T) {
	t.Parallel()
	w := newWindow(t, dev(t))
	first := w.start()
	ctx, closeTab := chromedp.NewContext(w.ctx)
	defer closeTab()
	second := &window{t: t, ctx: ctx, server: w.server, callbacks: w.callbacks, config: w.config}
	second.open()
	verifier := second.start()
	second.do(login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	_, err := w.config.Exchange(w.ctx, w.callbackParams().Get("code"), oauth2.VerifierOption(verifier))
	require.NoError(t, err)
	w.do(login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#app-page"))
	_, err = w.config.Exchange(w.ctx, w.callbackParams().Get("code"), oauth2.VerifierOption(first))
	require.NoError(t, err)
}

// In both themes and all widths, no page violates its Content-Security-Policy, loads anything
// from another origin, or is wider than the viewport. GATEHOUSE_SCREENSHOTS names a directory
// for screenshots.
func TestPagesInBothThemesAndWidths(t *testing.T) {
	t.Parallel()
	s := dev(t)
	w := newWindow(t, s)
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{360, 390, 1440} {
			w.do(chromedp.EmulateViewport(width, 800), prefer(theme))
			w.start(oauth2.SetAuthURLParam("prompt", "login"))
			w.screenshot("login", theme, width)
			w.do(login("wrong"), chromedp.WaitVisible("#problem"))
			w.screenshot("login-wrong", theme, width)
			w.do(login("wonderland"), chromedp.WaitVisible("#consent-page"))
			w.screenshot("consent", theme, width)
			w.do(chromedp.Navigate(s.url + "/oauth/logout"))
			w.screenshot("logout", theme, width)
			assert.Zero(t, read(w, chromedp.Evaluate[int](`[...document.querySelectorAll('.actions > *')].filter(e => e.offsetHeight > 60).length`)), "a button with two lines at %d", width)
			w.do(chromedp.Click("#logout-confirm"), chromedp.WaitVisible("#logged-out"))
			w.screenshot("logged-out", theme, width)
			w.do(chromedp.Navigate(s.url + "/oauth/authorize?client_id=nobody"))
			w.screenshot("error", theme, width)
			w.do(chromedp.Navigate(s.url + "/"))
			w.screenshot("landing", theme, width)
		}
	}
}

func prefer(theme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
		})
		return err
	})
}

func (w *window) screenshot(name, theme string, width int64) {
	w.t.Helper()
	assert.False(w.t, read(w, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > window.innerWidth`)), "%s %s %d is wider than the window", name, theme, width)
	assert.Zero(w.t, read(w, chromedp.Evaluate[int](`[...document.querySelectorAll('input:not([type=hidden], [hidden])')].filter(i => i.labels.length == 0).length`)), "%s: every field has a label", name)
	elsewhere := read(w, chromedp.Evaluate[[]string](`performance.getEntriesByType('resource').map(e => e.name).filter(n => !n.startsWith(location.origin))`))
	assert.Empty(w.t, elsewhere, "%s loads from elsewhere", name)
	if dir := os.Getenv("GATEHOUSE_SCREENSHOTS"); dir != "" {
		png := read(w, chromedp.CaptureScreenshot())
		require.NoError(w.t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%s-%d.png", name, theme, width)), png, 0o600))
	}
}
