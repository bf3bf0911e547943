package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// try does a step of the playground and returns the answer that the page shows.
func (w *window) try(step string) string {
	w.t.Helper()
	w.do(chromedp.Click("#run-"+step), chromedp.WaitVisible(`#`+step+`-answer`))
	assert.NotContains(w.t, read(w, chromedp.Evaluate[string](`location.href`)), "?", "nothing of an attempt is in a URL")
	return w.answer(step)
}

// answer is the section of a step that was done, folded parts included.
func (w *window) answer(step string) string {
	w.t.Helper()
	return read(w, chromedp.Evaluate[string](`document.querySelector('[aria-labelledby="`+step+`"]').textContent`))
}

// A person goes through a sign-in, and sees each request, its answer and what is in the tokens.
func TestPlaygroundShowsEachRequestOfASignIn(t *testing.T) {
	t.Parallel()
	s := dev(t)
	w := newWindow(t, s)
	w.do(chromedp.Navigate(s.url+"/"), chromedp.Click(`a[href="/playground"]`), chromedp.WaitVisible("#playground-page"))
	w.do(chromedp.Click(`a[href="/playground/code"]`), chromedp.WaitVisible("#playground-flow"))
	assert.False(t, read(w, chromedp.Evaluate[bool](`!!document.querySelector('#run-authorize, #run-exchange')`)), "there is nothing to send yet")
	w.do(chromedp.Click("#run-prepare"), chromedp.WaitVisible("#run-authorize"))
	request := read(w, chromedp.Evaluate[string](`document.querySelector('#run-authorize').href`))
	asked, err := url.Parse(request)
	require.NoError(t, err)
	secrets := w.answer("prepare")
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		require.NotEmpty(t, asked.Query().Get(name))
		assert.Contains(t, secrets, asked.Query().Get(name))
	}
	assert.Contains(t, secrets, "code_verifier")

	w.do(chromedp.Click("#run-authorize"), login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#authorize-answer"))
	assert.Equal(t, s.url+"/playground/code#authorize-answer", read(w, chromedp.Evaluate[string](`location.href`)))
	assert.Contains(t, w.answer("authorize"), "the application accepts the code")
	assert.Contains(t, w.answer("exchange-elsewhere"), "code_verifier=")

	elsewhere := w.try("exchange-elsewhere")
	assert.Contains(t, elsewhere, "invalid_grant")
	assert.Contains(t, elsewhere, s.url+"/playground/callback/evil", "what came is shown")
	got := w.try("exchange")
	for _, part := range []string{"POST /oauth/token HTTP/1.1", "Authorization: Basic", "HTTP/1.1 200 OK", `"expires_in": 3600`, "1 hour", "It is the one of step 1", "RS256", "who signed in", "ago", "It is opaque"} {
		assert.Contains(t, got, part)
	}
	assert.Contains(t, w.try("keys"), "The signature is good")
	assert.Contains(t, w.try("userinfo"), "Alice Pleasance Liddell")
	assert.Contains(t, w.try("introspect"), `"active": true`)
	assert.Contains(t, w.try("exchange-again"), "invalid_grant")
	assert.Contains(t, w.answer("exchange"), "Begin again with step 1")

	// Each attempt is a new one; a code with a wrong verifier is used up.
	w.do(chromedp.Click("#run-prepare"), chromedp.WaitNotPresent("#exchange-answer"), chromedp.Click("#run-authorize"), chromedp.WaitVisible("#authorize-answer, #consent-accept"))
	if read(w, chromedp.Evaluate[bool](`!!document.querySelector('#consent-accept')`)) {
		w.do(chromedp.Click("#consent-accept"), chromedp.WaitVisible("#authorize-answer"))
	}
	unverified := w.try("exchange-unverified")
	assert.Contains(t, unverified, "invalid_grant")
	assert.Contains(t, unverified, "gatehouse explain --dev ")
	assert.Contains(t, w.answer("exchange"), "Begin again with step 1")

	// The page shows what a redirect URI was compared with, and the application refuses an answer of somebody else.
	w.do(chromedp.Click("#run-forged"), chromedp.WaitVisible("#forged-answer"))
	assert.Contains(t, w.answer("forged"), "The state is not the one of step 1")
	assert.NotContains(t, w.answer("exchange"), "a-code-of-an-attacker")
	w.do(chromedp.Click("#run-redirect"), chromedp.WaitVisible("#error-page"))
	assert.Contains(t, read(w, chromedp.Text("#error-page")), "/playground/callback/evil")
	w.do(chromedp.NavigateBack(), chromedp.WaitVisible("#playground-flow"), chromedp.Click("#run-restart"), chromedp.WaitNotPresent("#run-authorize"))
}

// A refusal at the sign-in comes back to the page.
func TestPlaygroundShowsThatSomebodyDidNotSignIn(t *testing.T) {
	t.Parallel()
	s := dev(t)
	w := newWindow(t, s)
	w.do(chromedp.Navigate(s.url+"/playground/code"), chromedp.Click("#run-prepare"), chromedp.WaitVisible("#run-authorize"), chromedp.Click("#run-authorize"), chromedp.WaitVisible("#login-page"), chromedp.Click("#login-cancel"), chromedp.WaitVisible("#authorize-answer"))
	assert.Contains(t, w.answer("authorize"), "access_denied")
	assert.Contains(t, w.answer("exchange"), "There is no code yet")
}

// The flows without a browser, and every mistake in them.
func TestPlaygroundShowsWhatGoesWrong(t *testing.T) {
	t.Parallel()
	s := dev(t)
	w := newWindow(t, s)
	type tried struct{ step, shows string }
	for flow, steps := range map[string][]tried{
		"service": {
			{"token", `"scope": "orders:read"`},
			{"introspect", `"client_id": "demo-service"`},
			{"wrong-secret", "invalid_client"},
			{"scope", "invalid_scope"},
			{"audience", "invalid_target"},
			{"not-registered", "unauthorized_client"},
		},
		"password": {{"token", `"id_token"`}, {"userinfo", "alice@example.com"}, {"introspect", `"active": true`}, {"wrong-password", "invalid_grant"}, {"not-registered", "unauthorized_client"}, {"no-token", "Www-Authenticate: Bearer"}},
		"refresh": {
			{"token", `"refresh_token"`},
			{"refresh", `"refresh_token"`},
			{"refresh-again", "HTTP/1.1 200 OK"},
			{"refresh-other", "invalid_grant"},
			{"refresh-wider", "invalid_scope"},
			{"refresh-stolen", "invalid_grant"},
			{"refresh-audience", "invalid_target"},
			{"userinfo", "alice@example.com"},
		},
		"introspection": {{"token", "HTTP/1.1 200 OK"}, {"introspect", `"active": true`}, {"anonymous", "HTTP/1.1 401 Unauthorized"}, {"unknown", `"active": false`}, {"not-its-own", `"active": false`}},
		"revocation":    {{"token", "HTTP/1.1 200 OK"}, {"not-its-own", "invalid_grant"}, {"introspect", `"active": true`}, {"revoke", "HTTP/1.1 200 OK"}, {"introspect-revoked", `"active": false`}, {"unknown", "HTTP/1.1 200 OK"}},
	} {
		w.do(chromedp.Navigate(s.url+"/playground/"+flow), chromedp.WaitVisible("#playground-flow"))
		for _, x := range steps {
			got := w.try(x.step)
			assert.Contains(t, got, x.shows, "%s %s", flow, x.step)
			if strings.HasPrefix(x.shows, "invalid_") || strings.HasPrefix(x.shows, "unauthorized_") {
				assert.Contains(t, got, "gatehouse explain --dev ", "%s %s: with the reason", flow, x.step)
			}
		}
		left := read(w, chromedp.Evaluate[int](`[...document.querySelectorAll('[aria-labelledby]:has([id^=run-])')].filter(e => !e.querySelector('[id$=-answer]')).length`))
		assert.Zero(t, left, "%s: steps that no test does", flow)
	}
}

// A command that the page shows does what its button does.
func TestCommandsOfThePlaygroundWork(t *testing.T) {
	t.Parallel()
	s := dev(t)
	w := newWindow(t, s)
	paste := func(step string) string {
		command := read(w, chromedp.Evaluate[string](`[...document.querySelectorAll('[aria-labelledby="`+step+`"] pre')].map(e => e.textContent).find(t => t.startsWith('curl'))`))
		out, err := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(command, "curl ", "curl -sS ", 1)).CombinedOutput()
		require.NoError(t, err, "%s\n%s", command, out)
		return string(out)
	}
	w.do(chromedp.Navigate(s.url+"/playground/refresh"), chromedp.WaitVisible("#playground-flow"))
	assert.Contains(t, paste("token"), `"refresh_token"`)
	w.try("token")
	assert.Contains(t, paste("userinfo"), `"Alice Pleasance Liddell"`)
	assert.Contains(t, paste("refresh-wider"), `"invalid_scope"`)
	assert.Contains(t, paste("refresh"), `"access_token"`)
	w.do(chromedp.Navigate(s.url+"/playground/introspection"), chromedp.WaitVisible("#playground-flow"))
	w.try("token")
	assert.Contains(t, paste("introspect"), `"active":true`)
	assert.Contains(t, paste("anonymous"), `"invalid_client"`)

	w.do(chromedp.Navigate(s.url+"/playground/code"), chromedp.Click("#run-prepare"), chromedp.WaitVisible("#run-authorize"))
	assert.Contains(t, paste("authorize"), `id="login-page"`)
	assert.Contains(t, paste("redirect"), `id="error-page"`)
	w.do(chromedp.Click("#run-authorize"), login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#authorize-answer"))
	assert.Contains(t, paste("exchange"), `"id_token"`)
}

// What a browser can send is the name of a step: nothing of it gets into a request.
func TestPlaygroundTakesNothingButAStep(t *testing.T) {
	t.Parallel()
	s := dev(t)
	p := s.userAgent(t)
	page := p.open("/playground/service")
	assert.Equal(t, "no-store", page.header.Get("Cache-Control"))
	form := func(more ...string) url.Values {
		v := url.Values{"page": {hidden(t, page, "page")}, "step": {"token"}}
		for i := 0; i < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return v
	}
	var reached atomic.Int64
	canary := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer canary.Close()
	elsewhere := canary.URL
	got := p.follow(p.request(http.MethodPost, "/playground/service", form("url", elsewhere, "issuer", elsewhere, "client_id", "shop", "scope", "openid", "redirect_uri", elsewhere, "token", "mine")))
	assert.Contains(t, got.body, "HTTP/1.1 200 OK")
	for _, foreign := range []string{elsewhere, "shop", "mine"} {
		assert.NotContains(t, got.body, foreign)
	}
	for _, step := range []string{"", "no-such-step", "authorize", elsewhere, "../token"} {
		assert.Equal(t, http.StatusNotFound, p.request(http.MethodPost, "/playground/service", form("step", step)).status, step)
	}
	assert.Equal(t, http.StatusNotFound, p.open("/playground/nothing").status)
	assert.Equal(t, http.StatusNotFound, p.request(http.MethodPost, "/playground/nothing", form()).status)
	for _, flow := range []string{"introspection", "code"} { // a step whose tokens are missing sends nothing
		step := map[string]string{"introspection": "introspect", "code": "exchange"}[flow]
		assert.NotContains(t, p.follow(p.request(http.MethodPost, "/playground/"+flow, form("step", step))).body, step+"-answer")
	}
	assert.Contains(t, p.open("/playground/callback?code=x&state=y").body, "begun no attempt")
	assert.Equal(t, http.StatusOK, p.request(http.MethodHead, "/playground/callback?code=x&state=y", nil).status)
	assert.NotContains(t, s.userAgent(t).open("/playground/service").body, "HTTP/1.1 200 OK", "another browser sees nothing of it")
	assert.Zero(t, reached.Load())
}

// Another site cannot have the page send a request.
func TestPlaygroundRefusesFormsOfOtherSites(t *testing.T) {
	t.Parallel()
	s := dev(t)
	p := s.userAgent(t)
	page := p.open("/playground/service")
	send := func(form url.Values, headers ...string) response {
		return p.request(http.MethodPost, "/playground/service", form, headers...)
	}
	form := url.Values{"step": {"token"}, "page": {hidden(t, page, "page")}}
	for _, headers := range [][]string{
		{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
		{"Sec-Fetch-Site", "same-site"},
		{"Origin", "https://evil.example"},
		{"Sec-Fetch-Site", "cross-site", "Origin", "null"},
	} {
		assert.Equal(t, http.StatusForbidden, send(form, headers...).status, headers)
	}
	assert.Equal(t, http.StatusForbidden, send(url.Values{"step": {"token"}}, "Origin", "null").status, "without the token of the page")
	assert.NotContains(t, p.open("/playground/service").body, "HTTP/1.1 200 OK")
	assert.Equal(t, http.StatusSeeOther, send(form, "Sec-Fetch-Site", "same-origin", "Origin", s.url).status)
	assert.Contains(t, p.open("/playground/service").body, "HTTP/1.1 200 OK")
}

// The page shows secrets, and its requests come from this machine: in production there is none.
func TestPlaygroundIsForDevelopmentOnly(t *testing.T) {
	t.Parallel()
	s := prepare(t, "sqlite://"+t.TempDir()+"/gatehouse.db")
	s.run()
	for _, path := range []string{"/playground", "/playground/code", "/playground/callback"} {
		assert.Equal(t, http.StatusNotFound, s.get(path).status, path)
	}
	assert.Equal(t, http.StatusNotFound, s.userAgent(t).request(http.MethodPost, "/playground/service", url.Values{"step": {"token"}}).status)
	assert.NotContains(t, s.get("/").body, "playground")
}

// The page is whole in both themes and at the width of a phone, works by keyboard, and its contents are in
// order for who hears them.
func TestPlaygroundLooksRight(t *testing.T) {
	t.Parallel()
	s := dev(t)
	w := newWindow(t, s)
	w.do(chromedp.Navigate(s.url+"/playground/password"), chromedp.WaitVisible("#playground-flow"))
	w.do(chromedp.Focus("#run-token"), chromedp.KeyEvent("\r"), chromedp.WaitVisible("#token-answer"))
	for _, step := range []string{"userinfo", "wrong-password"} {
		w.try(step)
	}
	focused := read(w, chromedp.Evaluate[string](`document.activeElement.id || document.querySelector(':target').id`))
	assert.Equal(t, "wrong-password-answer", focused, "the next key goes on from the answer")
	order := read(w, chromedp.Evaluate[[]string](`[...document.querySelectorAll('h1,h2,h3,h4')].map(e => e.tagName)`))
	for i := 1; i < len(order); i++ {
		assert.LessOrEqual(t, order[i], order[i-1][:1]+string(order[i-1][1]+1), "a heading skips a level: %v", order[:i+1])
	}
	ids := read(w, chromedp.Evaluate[[]string](`[...document.querySelectorAll('[id]')].map(e => e.id)`))
	slices.Sort(ids)
	assert.Len(t, slices.Compact(slices.Clone(ids)), len(ids), "ids are unique: %v", ids)
	assert.Zero(t, read(w, chromedp.Evaluate[int](`[...document.querySelectorAll('pre')].filter(e => e.tabIndex != 0).length`)), "what scrolls can be reached by keyboard")
	w.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('details').forEach(e => e.open = true); undefined`))
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{390, 1440} {
			w.do(chromedp.EmulateViewport(width, 1600), prefer(theme))
			for _, step := range []string{"token", "wrong-password"} {
				w.do(chromedp.Evaluate[chromedp.Void](`document.getElementById('` + step + `').scrollIntoView(); undefined`))
				w.screenshot("playground-"+step, theme, width)
			}
		}
	}
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{390, 1440} {
			w.do(chromedp.EmulateViewport(width, 1400), prefer(theme), chromedp.Navigate(s.url+"/playground"), chromedp.WaitVisible("#playground-page"))
			w.screenshot("playground", theme, width)
		}
	}
	assert.Contains(t, s.get("/playground").header.Get("Content-Security-Policy"), "frame-ancestors 'none'")
}
