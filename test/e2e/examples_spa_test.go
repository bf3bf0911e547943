package e2e_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// spa is the application in the browser, and the API that it calls.
type spa struct {
	*window

	url, api string
}

// newSPA starts both beside a development server.
func newSPA(t *testing.T, s *server) spa {
	t.Helper()
	address := fmt.Sprintf("http://localhost:%d", services.FreePort(t))
	s.command("client", "update", "demo-spa", "--dev", "--access-token-lifetime", "1m",
		"--add-redirect-uri", address+"/callback", "--add-post-logout-redirect-uri", address+"/")
	s.soon(func() bool { return s.mayRead(address) }, "registered")
	api := exampleAPI(t, "api-node", s.url, "ORIGIN="+address)
	u, err := url.Parse(address)
	require.NoError(t, err)
	log := makeExample(t, "spa", "ISSUER="+s.url, "VITE_ISSUER="+s.url, "VITE_API="+strings.TrimSuffix(api, "/orders"), "PORT="+u.Port())
	answers(t, address, log)
	app := spa{newWindow(t, s), address, api}
	// The requests of the page to the token endpoint, in order.
	app.do(onEveryPage(`window.asked = []; const send = fetch; window.fetch = (to, options) => {
		if (String(to).endsWith('/oauth/token')) asked.push(String(options.body))
		if (String(to).endsWith('/orders')) window.presented = options.headers.Authorization
		return send(to, options) }`))
	return app
}

func onEveryPage(script string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	})
}

// shows waits until an element of the page says what it is to say. The page may be left meanwhile.
func (w *window) shows(selector, text string) {
	w.t.Helper()
	if !assert.Eventually(w.t, func() bool {
		ctx, cancel := context.WithTimeout(w.ctx, 5*time.Second)
		defer cancel()
		shown, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.querySelector('`+selector+`')?.textContent ?? ''`))
		return err == nil && strings.Contains(shown, text)
	}, 30*time.Second, 50*time.Millisecond) {
		require.FailNow(w.t, text+" is not shown at "+read(w, chromedp.Evaluate[string](`location.href + ' ' + document.body?.innerText`)))
	}
}

func (app spa) signIn() {
	app.t.Helper()
	app.do(chromedp.Navigate(app.url), chromedp.WaitVisible("#sign-in"), chromedp.Click("#sign-in"))
}

// exchanges returns the parameters of the token requests that the page has sent.
func (app spa) exchanges() []url.Values {
	app.t.Helper()
	var all []url.Values
	for _, body := range read(app.window, chromedp.Evaluate[[]string](`asked`)) {
		form, err := url.ParseQuery(body)
		require.NoError(app.t, err)
		all = append(all, form)
	}
	return all
}

// A person signs in by the application in the browser, which calls an API, gets its next tokens unasked, and signs out.
func TestExampleOfAnApplicationInTheBrowser(t *testing.T) {
	t.Parallel()
	app := newSPA(t, dev(t))

	app.signIn()
	app.do(login("wonderland"), chromedp.WaitVisible("#consent-page"))
	assert.Contains(t, read(app.window, chromedp.Text("#consent-page")), "See your orders")
	app.do(chromedp.Click("#consent-deny"))
	app.shows("#who", "Not signed in: The user did not agree")
	assert.Contains(t, read(app.window, chromedp.Evaluate[string](`document.querySelector('meta[name=viewport]').content`)), "width=device-width", "on a phone")
	assert.Empty(t, app.exchanges(), "without a code")

	app.do(chromedp.Click("#sign-in"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"))
	app.shows("#who", "Signed in as Alice Pleasance Liddell.")
	assert.Equal(t, app.url+"/", read(app.window, chromedp.Evaluate[string](`location.href`)), "the code is not in the history")
	app.do(chromedp.Click("#orders"))
	app.shows("#answer", `{"subject":"`)

	// The library asks for the next tokens a minute before these expire, which is at once.
	read(app.window, chromedp.Poll[bool](`asked.length > 2`))
	first, second, third := app.exchanges()[0], app.exchanges()[1], app.exchanges()[2]
	assert.Equal(t, "authorization_code", first.Get("grant_type"))
	assert.NotEmpty(t, first.Get("code_verifier"))
	assert.Equal(t, "refresh_token", second.Get("grant_type"))
	assert.Equal(t, "refresh_token", third.Get("grant_type"))
	assert.NotEqual(t, second.Get("refresh_token"), third.Get("refresh_token"), "each is used once")
	app.do(chromedp.Evaluate[chromedp.Void](`answer.textContent = ''`), chromedp.Click("#orders"))
	app.shows("#answer", `{"subject":"`)
	token := read(app.window, chromedp.Evaluate[string](`presented`))
	assert.Contains(t, order(t, app.api, token), "200 ")

	app.do(chromedp.Click("#sign-out"))
	app.shows("#who", "Not signed in.")
	assert.Equal(t, app.url+"/", read(app.window, chromedp.Evaluate[string](`location.origin + location.pathname`)))
	assert.Equal(t, badToken, order(t, app.api, token), "revoked")
	app.signIn()
	app.do(chromedp.WaitVisible("#login-page"))

	// A page at another address, which is not registered, gets no answer to read from the server or the API (CORS);
	// what is public, it may read.
	app.do(chromedp.Navigate(strings.NewReplacer("127.0.0.1", "localhost", "/callback", "/").Replace(app.config.RedirectURL)), chromedp.WaitVisible("#app-page"))
	for address, want := range map[string]string{
		app.server.url + "/.well-known/openid-configuration": "200",
		app.server.url + "/oauth/token":                      "TypeError: Failed to fetch",
		app.server.url + "/oauth/userinfo":                   "TypeError: Failed to fetch",
		app.api:                                              "TypeError: Failed to fetch",
	} {
		assert.Equal(t, want, app.fetch(address), address)
	}
	app.do(chromedp.Navigate(app.url), chromedp.WaitVisible("#sign-in"))
	for _, address := range []string{app.server.url + "/oauth/token", app.server.url + "/oauth/userinfo", app.api} {
		assert.Regexp(t, "^40[0-9]$", app.fetch(address), "at the registered address: %s", address)
	}
}

// fetch returns the status that a script of the page reads, or why it cannot.
func (app spa) fetch(address string) string {
	app.t.Helper()
	options := `{ headers: { Authorization: 'Bearer nonsense' } }`
	switch {
	case strings.HasSuffix(address, "configuration"):
		options = `{}`
	case strings.HasSuffix(address, "token"):
		options = `{ method: 'POST', body: new URLSearchParams({ client_id: 'demo-spa' }) }`
	}
	return read(app.window, chromedp.Evaluate[string](`fetch('`+address+`', `+options+`).then(r => String(r.status), String)`, chromedp.EvalAwaitPromise))
}
