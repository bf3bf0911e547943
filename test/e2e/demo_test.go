package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// After the sign-in a page shows what the application received and what to try next.
func TestDemoApplicationShowsASignIn(t *testing.T) {
	t.Parallel()
	s := dev(t)
	w := newWindow(t, s)
	home := "http://" + s.demo + "/"
	assert.Contains(t, s.log.String(), "open "+home)
	for _, client := range []string{"demo-web", "demo-spa"} {
		button := map[string]string{"demo-web": "#demo-start", "demo-spa": "#demo-public"}[client]
		w.do(chromedp.Navigate(home), chromedp.WaitVisible("#demo-page"))
		w.screenshot("demo", "light", 1440)
		w.do(chromedp.Click(button), login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#demo-answer"))
		shown := read(w, chromedp.Text("#demo-answer"))
		for _, part := range []string{"Alice Pleasance Liddell", "alice@example.com", client, "gh_at_", `"nonce"`} {
			assert.Contains(t, shown, part, client)
		}
		for _, look := range []struct {
			theme string
			width int64
		}{{"light", 1440}, {"dark", 360}} {
			w.do(chromedp.EmulateViewport(look.width, 2600), prefer(look.theme))
			w.screenshot("demo-"+client, look.theme, look.width)
		}
		commands := read(w, chromedp.Evaluate[[]string](`[...document.querySelectorAll('pre')].map(e => e.textContent).filter(t => t.startsWith('curl'))`))
		require.Len(t, commands, 4, client)
		signOut := read(w, chromedp.Evaluate[string](`document.querySelector('#demo-sign-out').href`))

		// The raw tokens are at the end of the page, and folded.
		w.do(chromedp.EmulateViewport(390, 800))
		assert.True(t, read(w, chromedp.Evaluate[bool](`[...document.querySelectorAll('#demo-answer details code')].every(e =>
			!e.checkVisibility() && document.querySelector('#demo-sign-out').compareDocumentPosition(e) == Node.DOCUMENT_POSITION_FOLLOWING)`)))
		assert.Less(t, read(w, chromedp.Evaluate[int](`document.documentElement.scrollHeight`)), 4000, client)
		w.do(chromedp.Click("#demo-answer summary"))
		assert.True(t, read(w, chromedp.Evaluate[bool](`document.querySelector('#demo-answer details code').checkVisibility()`)), "without a script")

		// A reload neither exchanges the code again nor offers to, which would revoke the tokens.
		w.do(chromedp.Reload(), chromedp.WaitVisible("#demo-used"))
		assert.NotContains(t, read(w, chromedp.Text("#demo-used")), "curl")
		for i, want := range []string{`"sub"`, `"active":true`, `"access_token"`, ``} { // in the order of the page
			out, err := exec.Command("sh", "-c", strings.Replace(commands[i], "curl ", "curl -sSf ", 1)).CombinedOutput()
			require.NoError(t, err, "%s\n%s", commands[i], out)
			assert.Contains(t, string(out), want, commands[i])
		}
		w.do(chromedp.Navigate(signOut), chromedp.WaitVisible("#demo-page"))
	}

	// An error is shown with its description and a link to its explanation.
	w.do(chromedp.Navigate(home), chromedp.Click("#demo-create"), chromedp.WaitVisible("#register-page"), chromedp.Click("#cancel"), chromedp.WaitVisible("#error-page"))
	w.do(chromedp.Navigate(home+"start"), chromedp.WaitVisible("#login-page"), chromedp.Click("#login-cancel"), chromedp.WaitVisible("#error-page"))
	assert.Contains(t, read(w, chromedp.Text("#error-page")), "access_denied")
	assert.Contains(t, read(w, chromedp.Text("#error-page")), "did not sign in")
	assert.True(t, strings.HasPrefix(read(w, chromedp.Evaluate[string](`document.querySelector('main a[rel]').href`)), s.url+"/errors/"))
}

// For an authorization request made by hand the page shows the command that exchanges its code.
func TestDemoApplicationShowsACodeOfAnotherRequest(t *testing.T) {
	t.Parallel()
	s := dev(t)
	w := newWindow(t, s)
	typed := url.Values{
		"client_id": {"demo-spa"}, "response_type": {"code"}, "scope": {"openid"}, "redirect_uri": {"http://" + s.demo + "/callback"},
		"code_challenge": {"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}, "code_challenge_method": {"S256"},
	}
	w.do(chromedp.Navigate(s.url+"/oauth/authorize?"+typed.Encode()), login("wonderland"), chromedp.WaitVisible("#consent-page"), chromedp.Click("#consent-accept"), chromedp.WaitVisible("#demo-code"))
	command := read(w, chromedp.Evaluate[string](`document.querySelector('pre').textContent`))
	out, err := exec.Command("sh", "-c", strings.Replace(command, "curl ", "curl -sSf ", 1)).CombinedOutput()
	require.NoError(t, err, "%s\n%s", command, out)
	assert.Contains(t, string(out), `"id_token"`)
}

// A callback forged by another site is neither exchanged nor executed (login CSRF, XSS), and
// requests with another Host header are refused (DNS rebinding).
func TestDemoApplicationRefusesForgedCallbacks(t *testing.T) {
	t.Parallel()
	s := dev(t)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	get := func(path string) response {
		r, err := http.NewRequest(http.MethodGet, "http://"+s.demo+path, nil)
		require.NoError(t, err)
		got, err := browser.Do(r)
		require.NoError(t, err)
		defer got.Body.Close()
		body, err := io.ReadAll(got.Body)
		require.NoError(t, err)
		return response{got.StatusCode, got.Header, string(body)}
	}
	started := get("/start")
	require.Equal(t, http.StatusSeeOther, started.status)
	cookie := started.header.Get("Set-Cookie")
	assert.Contains(t, cookie, "HttpOnly")
	assert.Contains(t, cookie, "SameSite=Lax")
	address, err := url.Parse(started.header.Get("Location"))
	require.NoError(t, err)
	asked := address.Query()
	assert.Equal(t, "S256", asked.Get("code_challenge_method"))
	assert.NotContains(t, address.String(), "verifier")

	for _, query := range []string{"code=x", "code=x&state=", "code=x&state=other", "code=x&state=" + asked.Get("state") + "x"} {
		assert.Contains(t, get("/callback?"+query).body, `id="demo-code"`, query)
	}
	injected := get("/callback?" + url.Values{"code": {"'; touch /tmp/x; '\n<script>alert(1)</script>"}}.Encode())
	assert.NotContains(t, injected.body, "<script>")
	assert.Regexp(t, `code=&#39;\\&#39;&#39;; touch`, injected.body, "quoted for the shell")
	mixedUp := get("/callback?" + url.Values{"code": {"x"}, "state": {asked.Get("state")}, "iss": {"https://evil.example"}}.Encode())
	assert.Equal(t, http.StatusBadRequest, mixedUp.status)
	wrong := get("/callback?" + url.Values{"code": {"x"}, "state": {asked.Get("state")}, "iss": {s.url}}.Encode())
	assert.Contains(t, wrong.body, "invalid_grant")
	again := get("/callback?" + url.Values{"code": {"x"}, "state": {asked.Get("state")}, "iss": {s.url}}.Encode())
	assert.Contains(t, again.body, `id="demo-used"`)
	assert.NotContains(t, again.body, "curl")
	assert.Contains(t, get("/callback?code=x&state=other").body, `id="demo-code"`, "another request")
	empty := get("/callback")
	assert.Contains(t, empty.body, `id="error-page"`)
	assert.Contains(t, empty.body, "browsers do not send the fragment")
	assert.Equal(t, "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", wrong.header.Get("Content-Security-Policy"))
	assert.Equal(t, "no-store", wrong.header.Get("Cache-Control"))

	r, err := http.NewRequest(http.MethodGet, "http://"+s.demo+"/", nil)
	require.NoError(t, err)
	r.Host = "evil.example:5555"
	assert.Equal(t, http.StatusMisdirectedRequest, s.send(r).status)
}

// The development clients return to the address that the demo application is served at, also when it
// changed since an earlier start. URIs that the developer added stay.
func TestDemoClientsReturnToTheDemoApplication(t *testing.T) {
	t.Parallel()
	s := dev(t)
	former := s.demo
	registered := func(id string) (uris struct {
		Redirects []string `json:"redirect_uris"`
		Returns   []string `json:"post_logout_redirect_uris"`
		Scopes    []string `json:"scopes"`
	},
	) {
		require.NoError(t, json.Unmarshal(s.command("client", "get", id, "--dev", "--json"), &uris))
		return uris
	}
	web := registered("demo-web")
	assert.Equal(t, []string{"http://" + former + "/callback", s.url + "/playground/callback"}, web.Redirects, "no other address")
	assert.Equal(t, []string{"http://" + former + "/"}, web.Returns)
	assert.Equal(t, append([]string{"http://localhost:5173/"}, web.Returns...), registered("demo-spa").Returns)
	s.command("client", "update", "demo-web", "--dev", "--add-redirect-uri", "http://localhost:3000/cb")
	s.command("client", "update", "demo-spa", "--dev", "--remove-scope", "orders:read", "--add-scope", "orders:write") // as if of an earlier version
	s.stop()

	s.demo = fmt.Sprintf("127.0.0.1:%d", services.FreePort(t))
	s.env = append(s.env, "GATEHOUSE_DEMO_LISTEN="+s.demo)
	s.run()
	web = registered("demo-web")
	assert.Equal(t, "http://"+s.demo+"/callback", web.Redirects[0])
	assert.Contains(t, web.Redirects, "http://localhost:3000/cb")
	assert.Subset(t, registered("demo-spa").Scopes, []string{"openid", "orders:read", "orders:write"})
	for _, id := range []string{"demo-web", "demo-spa"} {
		assert.Subset(t, registered(id).Returns, []string{"http://" + s.demo + "/", "http://" + former + "/"}, id)
	}
	s.stop()
	s.run()
	assert.Equal(t, web, registered("demo-web"), "nothing more to change")
}

// If the port is in use, the server starts without the demo application and logs it. Outside
// development mode there is no demo application.
func TestDemoApplicationIsForDevelopmentOnly(t *testing.T) {
	t.Parallel()
	first := dev(t)
	second := dev(t, "GATEHOUSE_DEMO_LISTEN="+first.demo)
	assert.Contains(t, second.log.String(), first.demo+" is taken")
	off := dev(t, "GATEHOUSE_DEMO_LISTEN=off")
	assert.Contains(t, off.log.String(), "GATEHOUSE_DEMO_LISTEN is off")

	path, err := binary()
	require.NoError(t, err)
	open := exec.Command(path, "serve", "--dev")
	open.Env = append(os.Environ(), "GATEHOUSE_DEMO_LISTEN=0.0.0.0:5555", "GATEHOUSE_DATA_DIR="+t.TempDir())
	out, err := open.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "GATEHOUSE_DEMO_LISTEN")

	s := prepare(t, "sqlite://"+t.TempDir()+"/gatehouse.db")
	s.env = append(s.env, "GATEHOUSE_DEMO_LISTEN="+strings.Replace(s.url, "http://", "", 1))
	s.run()
	r, err := http.NewRequest(http.MethodGet, s.url+"/start", nil)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, s.send(r).status)
	assert.NotContains(t, s.log.String(), "demo")
}
