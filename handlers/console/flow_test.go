package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/outbound"
)

func webApplication(id string, change func(c *client.Client)) *client.Client {
	c := &client.Client{ID: id, Name: "Application " + id, Type: client.Web, AuthMethod: client.SecretBasic, IDTokenAlg: "ES256", GrantTypes: []client.GrantType{client.AuthorizationCode, client.RefreshToken}}
	if change != nil {
		change(c)
	}
	return c
}

// register gives a client the redirect URI of the console.
func (f *flowFixture) register(b *browser, id string) {
	f.t.Helper()
	assert.Contains(f.t, b.done(b.post("/admin/clients/"+id+"/try/redirect-uri", url.Values{"action": {"add"}})), "has the redirect URI of the console now")
}

// An administrator goes through the flow of a confidential client, from the request to the revocation of what came.
func TestRunOfAConfidentialClient(t *testing.T) {
	f := newFlowFixture(t)
	b, secret := f.admin("root"), f.application(webApplication("app", nil))
	page := b.get("/admin/clients/app/try").Body.String()
	assert.Contains(t, page, issuer+callback)
	assert.Contains(t, page, "sends codes to registered redirect URIs alone")
	assert.Contains(t, page, "have to name the one they mean", "it is the second one")
	assert.NotContains(t, page, "flow-start")
	f.register(b, "app")
	assert.Equal(t, []string{"https://app.example/cb", issuer + callback}, f.client("app").RedirectURIs)
	assert.Contains(t, b.get("/admin/clients/app/try").Body.String(), "flow-start")

	asked := f.start(b, "app", url.Values{"scope": {"openid email offline_access"}, "prompt": {"login"}, "max_age": {""}})
	assert.Equal(t, issuer+"/oauth/authorize", asked.Scheme+"://"+asked.Host+asked.Path)
	for name, want := range map[string]string{
		"response_type": "code", "client_id": "app", "redirect_uri": issuer + callback, "scope": "openid email offline_access", "prompt": "login", "code_challenge_method": "S256",
	} {
		assert.Equal(t, want, asked.Query().Get(name))
	}
	assert.False(t, asked.Query().Has("max_age"))
	kept := b.cookies["__Secure-gatehouse_try"]
	require.NotNil(t, kept)
	assert.Equal(t, "/admin/try", kept.Path)
	assert.True(t, kept.HttpOnly && kept.Secure)
	assert.Equal(t, http.SameSiteLaxMode, kept.SameSite)
	assert.Equal(t, 600, kept.MaxAge)
	assert.NotContains(t, kept.Value, asked.Query().Get("state"))
	assert.Less(t, len(kept.String()), 4000)

	answered := f.authorize(b, asked)
	page = f.response(b, answered)
	assert.Contains(t, page, answered.Get("code"))
	assert.Contains(t, page, "valid for 60 seconds: 60 are left")
	assert.Contains(t, page, "Basic base64(app:CLIENT_SECRET)")
	assert.Contains(t, page, "&#39;app:CLIENT_SECRET&#39;")

	// A wrong secret uses nothing up, and leads back.
	page = b.post("/admin/try/exchange", url.Values{"secret": {"wrong-secret-value"}}).Body.String()
	assert.Contains(t, page, "invalid_client")
	assert.Contains(t, page, `href="/admin/explain?error=`)
	assert.Contains(t, page, "flow-retry")
	assert.NotContains(t, page, "wrong-secret-value")
	w := b.post("/admin/try/exchange", url.Values{"secret": {" " + secret + " "}})
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	page = w.Body.String()
	assert.Contains(t, page, "HTTP/1.1 200 OK")
	assert.Equal(t, 6, strings.Count(page, "✓ "), "signature, iss, aud, exp, nonce and at_hash")
	assert.Contains(t, page, "verified")
	assert.NotContains(t, page, "✗")
	assert.Contains(t, page, "It is opaque")
	assert.Contains(t, page, `href="/admin/tokens/`)
	assert.Contains(t, page, "/admin/consents?client=app&amp;user=root")
	assert.Contains(t, page, "redirect-remove")
	assert.Negative(t, b.cookies["__Secure-gatehouse_try"].MaxAge, "the code is used up")

	step := func(name, page string) string {
		form := url.Values{"run": {part(t, page, `name="run" value="`, `"`)}, "step": {name}, "secret": {secret}}
		w := b.post("/admin/try/step", form)
		require.Equal(t, http.StatusOK, w.Code, w.Body)
		assert.NotContains(t, w.Body.String(), secret)
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		return w.Body.String()
	}
	assert.Contains(t, step("userinfo", page), `&#34;email&#34;: &#34;root@example.com&#34;`)
	assert.Contains(t, step("introspection", page), `&#34;active&#34;: true`)
	refreshed := step("refresh", page)
	assert.Contains(t, refreshed, "grant_type=refresh_token")
	assert.NotEqual(t, part(t, page, `name="run" value="`, `"`), part(t, refreshed, `name="run" value="`, `"`))
	assert.Contains(t, step("userinfo", refreshed), "root@example.com")
	revoked := step("revocation", refreshed)
	assert.Contains(t, revoked, "token_type_hint=refresh_token")
	assert.NotContains(t, revoked, `name="run"`, "there is nothing left")
	assert.Contains(t, step("introspection", refreshed), `&#34;active&#34;: false`)

	assert.Contains(t, b.done(b.post("/admin/clients/app/try/redirect-uri", url.Values{"action": {"remove"}})), "does not have the redirect URI of the console any more")
	assert.Equal(t, []string{"https://app.example/cb"}, f.client("app").RedirectURIs)
	assert.Contains(t, b.get("/admin/audit?action=client.updated").Body.String(), "client.updated", "both were recorded")
	assert.NotContains(t, f.log.String(), secret)
	assert.NotContains(t, f.log.String(), "wrong-secret-value")
	assert.Contains(t, f.log.String(), `"client_address":"192.0.2.1"`, "limits count it as the administrator's")
}

// A public client sends nothing secret, and one that posts its secret or signs is shown with words for those.
func TestRunsOfOtherClients(t *testing.T) {
	f := newFlowFixture(t)
	b := f.admin("root")
	f.application(webApplication("spa", func(c *client.Client) {
		c.AuthMethod, c.GrantTypes, c.RequirePKCE, c.TokenFormat = client.None, []client.GrantType{client.AuthorizationCode}, true, client.JWT
	}))
	f.register(b, "spa")
	page := f.response(b, f.authorize(b, f.start(b, "spa", url.Values{"scope": {"openid"}})))
	assert.NotContains(t, page, `name="secret"`)
	assert.Contains(t, page, "client_id=spa")
	page = b.post("/admin/try/exchange", nil).Body.String()
	assert.Equal(t, 9, strings.Count(page, "✓ "), "the access token is signed, too")
	assert.NotContains(t, page, "step-introspection", "it cannot authenticate")
	assert.NotContains(t, page, "step-refresh")
	revoked := b.post("/admin/try/step", url.Values{"run": {part(t, page, `name="run" value="`, `"`)}, "step": {"revocation"}}).Body.String()
	assert.Contains(t, revoked, "token_type_hint=access_token")
	assert.Equal(t, http.StatusTeapot, b.post("/admin/try/step", url.Values{"run": {part(t, page, `name="run" value="`, `"`)}, "step": {"refresh"}}).Code, "what the run has not")

	secret := f.application(webApplication("service", func(c *client.Client) {
		c.Type, c.AuthMethod, c.GrantTypes, c.Scopes, c.DefaultScopes = client.Backend, client.SecretPost, []client.GrantType{client.ClientCredentials}, []string{"read"}, []string{"read"}
	}))
	assert.NotContains(t, b.get("/admin/clients/service/try").Body.String(), "redirect-add")
	w := b.post("/admin/clients/service/try/token", url.Values{"service_scope": {"read"}, "secret": {secret}})
	assert.Contains(t, w.Body.String(), "grant_type=client_credentials&amp;scope=read&amp;client_id=service&amp;client_secret=CLIENT_SECRET")
	assert.Contains(t, w.Body.String(), "HTTP/1.1 200 OK")
	assert.NotContains(t, w.Body.String(), secret)
	assert.NotContains(t, w.Body.String(), "/admin/consents?", "nobody has agreed")
	assert.Contains(t, b.post("/admin/clients/service/try/token", url.Values{"service_scope": {"write"}, "secret": {secret}}).Body.String(), "invalid_scope")
	assert.Contains(t, b.done(b.post("/admin/clients/spa/try/token", nil)), "Nothing was changed", "which has no such flow")

	f.application(webApplication("signs", func(c *client.Client) {
		c.AuthMethod, c.JWKS = client.PrivateKeyJWT, `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`
	}))
	f.register(b, "signs")
	page = f.response(b, f.authorize(b, f.start(b, "signs", url.Values{"scope": {"openid"}})))
	assert.Contains(t, page, `name="assertion"`)
	assert.Contains(t, page, "<dt>aud</dt><dd><code class=\"value\">"+issuer)
	page = b.post("/admin/try/exchange", url.Values{"assertion": {"an.assertion.pasted"}}).Body.String()
	assert.Contains(t, page, "client_assertion=CLIENT_SECRET")
	assert.NotContains(t, page, "an.assertion.pasted")

	f.application(webApplication("old", func(c *client.Client) { c.GrantTypes = []client.GrantType{client.Password} }))
	assert.Contains(t, b.get("/admin/clients/old/try").Body.String(), "password=PASSWORD")
	f.registered("api", func(c *client.Client) { c.GrantTypes, c.RedirectURIs = nil, nil })
	assert.Contains(t, b.get("/admin/clients/api/try").Body.String(), "flow-none")
	_, err := f.clients.Update(t.Context(), audit.BackgroundJob("test"), "old", func(c *client.Client) error { c.Disabled = true; return nil })
	require.NoError(t, err)
	assert.Contains(t, b.get("/admin/clients/old/try").Body.String(), "flow-disabled")
}

// A response is accepted once, in the browser and the session that asked for it, within ten minutes; of others nothing
// is shown.
func TestOnlyTheResponseOfTheRunIsAccepted(t *testing.T) {
	f := newFlowFixture(t)
	b, secret := f.admin("root"), f.application(webApplication("app", nil))
	f.register(b, "app")
	lost := func(b *browser, query url.Values) {
		t.Helper()
		w := b.get(callback + "?" + query.Encode())
		assert.Equal(t, http.StatusBadRequest, w.Code)
		assert.Contains(t, w.Body.String(), "flow-lost")
		for _, name := range []string{"code", "state"} {
			if value := query.Get(name); value != "" {
				assert.NotContains(t, w.Body.String(), value)
			}
		}
	}
	lost(b, url.Values{"code": {"a-code"}, "state": {"a-state"}})
	asked := f.start(b, "app", nil)
	answered := f.authorize(b, asked)
	forged := url.Values{"code": {"a-forged-code"}, "state": {"a-forged-state"}, "iss": {issuer}}
	lost(b, forged)
	lost(b, url.Values{"code": {"a-forged-code"}, "iss": {issuer}})
	assert.Equal(t, http.StatusBadRequest, b.get("/admin/try/response").Code, "nothing has come")
	assert.Equal(t, http.StatusBadRequest, b.post("/admin/try/exchange", url.Values{"secret": {secret}}).Code)

	// Another administrator with the cookies of the run, but a session of their own.
	other := f.admin("other")
	session := other.cookies["__Host-gatehouse_session"]
	for name, c := range b.cookies {
		other.cookies[name] = c
	}
	other.cookies["__Host-gatehouse_session"] = session
	lost(other, answered)
	other = f.admin("third")
	other.cookies["__Secure-gatehouse_try"] = b.cookies["__Secure-gatehouse_try"]
	lost(other, answered)

	for _, line := range f.lines { // the router of the fixture has no HEAD
		if line.Name == "console try callback page" {
			w := httptest.NewRecorder()
			require.NoError(t, line.Handler(w, b.request(http.MethodHead, callback+"?"+answered.Encode(), nil)))
			b.keep(w) // a look takes nothing
		}
	}
	f.response(b, answered)
	lost(b, answered)
	assert.Equal(t, http.StatusOK, b.get("/admin/try/response").Code, "the page can be reloaded")
	run := part(t, b.post("/admin/try/exchange", url.Values{"secret": {secret}}).Body.String(), `name="run" value="`, `"`)
	assert.Equal(t, http.StatusBadRequest, b.post("/admin/try/exchange", url.Values{"secret": {secret}}).Code, "once")
	other.cookies["__Host-gatehouse_flow"] = b.cookies["__Host-gatehouse_flow"]
	for _, c := range []struct {
		b   *browser
		run string
	}{{other, run}, {b, run + "x"}, {b, ""}} {
		w := c.b.post("/admin/try/step", url.Values{"run": {c.run}, "step": {"userinfo"}})
		assert.Equal(t, http.StatusBadRequest, w.Code, "tokens of another session")
	}

	// The code ends, and the run with it.
	f.response(b, f.authorize(b, f.start(b, "app", url.Values{"scope": {"openid email"}})))
	f.later(time.Minute)
	page := b.get("/admin/try/response").Body.String()
	assert.Contains(t, page, "flow-over")
	assert.Contains(t, page, `name="scope" value="openid email"`, "one click begins the same again")
	asked = f.start(b, "app", nil)
	answered = f.authorize(b, asked)
	f.later(10 * time.Minute)
	lost(b, answered)
	f.later(time.Hour)
	assert.Equal(t, http.StatusBadRequest, b.post("/admin/try/step", url.Values{"run": {run}, "step": {"userinfo"}}).Code, "an old page")
}

// later moves the clock.
func (f *flowFixture) later(d time.Duration) {
	now := f.now.Load().Add(d)
	f.now.Store(&now)
}

// What the server refuses is shown and explained, what another server answers is ignored, and nothing of it is markup.
func TestRefusedAndForeignResponses(t *testing.T) {
	f := newFlowFixture(t)
	b := f.admin("root")
	const markup = `"><script>alert(1)</script>`
	f.application(webApplication("app", func(c *client.Client) { c.Name = markup }))
	f.register(b, "app")
	w := b.post("/admin/clients/app/try/start", url.Values{"scope": {"openid " + markup}, "login_hint": {markup}})
	assert.NotContains(t, w.Body.String(), "<script>alert")
	state := func() string { return f.start(b, "app", nil).Query().Get("state") }
	page := f.response(b, url.Values{"state": {state()}, "iss": {issuer}, "error": {markup}, "error_description": {strings.Repeat(markup, 100)}, "error_uri": {"javascript:alert(1)"}})
	assert.Contains(t, page, "flow-refused")
	assert.Contains(t, page, "flow-again")
	assert.NotContains(t, page, "<script>alert")
	assert.NotContains(t, page, `href="javascript:`)
	assert.NotContains(t, page, "flow-exchange")
	for _, iss := range []string{"", "https://evil.example"} {
		page = f.response(b, url.Values{"state": {state()}, "iss": {iss}, "code": {"a-code"}})
		assert.Contains(t, page, "flow-other-issuer")
		assert.NotContains(t, page, "flow-exchange")
		assert.Equal(t, http.StatusBadRequest, b.post("/admin/try/exchange", nil).Code)
	}

	// A long request is sent, and not kept.
	assert.Len(t, f.start(b, "app", url.Values{"login_hint": {strings.Repeat("x", 3000)}}).Query().Get("login_hint"), 3000)
	assert.Less(t, len(b.cookies["__Secure-gatehouse_try"].String()), 2000)

	// An answer that is too large or no JSON is shown as far as it goes.
	asked := f.start(b, "app", nil)
	f.response(b, f.authorize(b, asked))
	f.answer = &outbound.Reply{Status: http.StatusOK, Body: []byte(`{"access_token":"<script>alert(1)</script>"}`), Cut: true}
	page = b.post("/admin/try/exchange", url.Values{"secret": {"x"}}).Body.String()
	assert.Contains(t, page, "flow-too-large")
	assert.NotContains(t, page, `name="run"`)
	assert.NotContains(t, page, "<script>alert")
	f.response(b, f.authorize(b, f.start(b, "app", nil)))
	f.answer = &outbound.Reply{Status: http.StatusOK, Body: []byte(`{"access_token":"a.b.c","id_token":"eyJhIjoxfQ.eyJhIjoxfQ.c"}`)}
	page = b.post("/admin/try/exchange", url.Values{"secret": {"x"}}).Body.String()
	assert.Contains(t, page, "It looks like a JWT", "which nothing can verify")
}

// Auditors see the page, and run nothing.
func TestAuditorsRunNothing(t *testing.T) {
	f := newFlowFixture(t)
	f.application(webApplication("app", nil))
	f.application(webApplication("service", func(c *client.Client) {
		c.Type, c.GrantTypes, c.Scopes, c.DefaultScopes = client.Backend, []client.GrantType{client.ClientCredentials}, []string{"read"}, []string{"read"}
	}))
	b := f.signIn(f.user("auditor", account.RoleAuditor))
	for _, id := range []string{"app", "service"} {
		page := b.get("/admin/clients/" + id + "/try")
		assert.Equal(t, http.StatusOK, page.Code)
		assert.Contains(t, page.Body.String(), "flow-reader")
		assert.NotContains(t, page.Body.String(), `action="/admin/clients/`)
	}
	b.post("/admin/clients/app/try/redirect-uri", url.Values{"action": {"add"}})
	assert.Len(t, f.client("app").RedirectURIs, 1)
}

// The last redirect URI of a client stays, and the page says why.
func TestTheOnlyRedirectURIStays(t *testing.T) {
	f := newFlowFixture(t)
	b := f.admin("root")
	f.application(webApplication("app", func(c *client.Client) { c.RedirectURIs = []string{issuer + callback} }))
	w := b.post("/admin/clients/app/try/redirect-uri", url.Values{"action": {"remove"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), `role="alert"`)
	f.register(b, "app")
	assert.Len(t, f.client("app").RedirectURIs, 1, "once")
}
