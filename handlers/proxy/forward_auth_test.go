package proxy_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/proxy"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

func forwardAuth(c *proxy.Config) { c.Upstream = nil }

// ask is what Traefik and Caddy send.
func (f *fixture) ask(method, uri string, headers ...string) *http.Response {
	f.t.Helper()
	return f.send(proxy.ForwardAuthPath, append(headers, "X-Forwarded-Method: "+method, "X-Forwarded-Uri: "+uri)...)
}

func TestForwardAuthAnswersForTheRequestOfTheClient(t *testing.T) {
	t.Parallel()
	f := setup(t, forwardAuth)
	token := bearer(f.Token(resourcetest.Claims{"scope": "read", "sub": "alice", "client_id": "shop"}))
	response := f.ask("DELETE", "/invoices/7?x=1", token, "X-Auth-Subject: mallory")
	require.Equal(t, http.StatusOK, response.StatusCode)
	assert.Equal(t, []string{"alice", "shop", "read"}, []string{response.Header.Get("X-Auth-Subject"), response.Header.Get("X-Auth-Client-Id"), response.Header.Get("X-Auth-Scopes")})
	claims := f.claims(response.Header.Get("X-Auth-Assertion"))
	assert.Equal(t, []any{"DELETE", "/invoices/7"}, []any{claims["method"], claims["path"]})

	for uri, status := range map[string]int{"/admin": 403, "/open/../admin": 400, "/open%2f..%2fadmin": 400, "//admin": 403, "/?access_token=x": 400} {
		assert.Equal(t, status, f.ask("GET", uri, token).StatusCode, uri)
	}
	response = f.ask("GET", "/invoices")
	assert.Equal(t, http.StatusUnauthorized, response.StatusCode)
	assert.Equal(t, `Bearer scope="read", resource_metadata="https://api.example.test/.well-known/oauth-protected-resource"`, response.Header.Get("WWW-Authenticate"))
}

func TestForwardAuthOfPublicPaths(t *testing.T) {
	t.Parallel()
	f := setup(t, forwardAuth)
	response := f.ask("GET", "/open")
	require.Equal(t, http.StatusOK, response.StatusCode)
	for _, name := range proxy.IdentityHeaders() {
		assert.Equal(t, []string{""}, response.Header[name], name)
	}
}

// An empty value does not replace what the client sent, with some proxies.
func TestForwardAuthThatHasNothingInPlaceOfWhatTheClientSent(t *testing.T) {
	t.Parallel()
	f := setup(t, func(c *proxy.Config) {
		c.Upstream, c.Routes = nil, routes(t, nil, nil, []string{"/open"})
	})
	nobody := bearer(f.Token(resourcetest.Claims{"sub": "alice", "client_id": nil}))
	somebody := bearer(f.Token(resourcetest.Claims{"sub": "alice", "client_id": "shop", "scope": "read"}))
	for _, name := range proxy.IdentityHeaders() {
		for _, value := range []string{"mallory", ""} {
			response := f.ask("GET", "/open", name+": "+value)
			assert.Equal(t, http.StatusBadRequest, response.StatusCode, name)
			assert.Empty(t, response.Header["X-Auth-Assertion"], "no other proxy could take it for the identity")
		}
		assert.Equal(t, http.StatusOK, f.ask("GET", "/invoices", somebody, name+": mallory").StatusCode, "the answer replaces %s", name)
	}
	assert.Equal(t, http.StatusOK, f.ask("GET", "/invoices", nobody).StatusCode)
	assert.Equal(t, http.StatusBadRequest, f.ask("GET", "/invoices", nobody, "X-Auth-Scopes: admin").StatusCode, "it has no scopes")
	assert.Equal(t, http.StatusBadRequest, f.ask("GET", "/invoices", nobody, "X-Auth-Client-Id: shop").StatusCode, "it has no client")
}

func TestForwardAuthThatIsNotClear(t *testing.T) {
	t.Parallel()
	f := setup(t, forwardAuth)
	token := bearer(f.reader())
	const method, uri = "X-Forwarded-Method: GET", "X-Forwarded-Uri: /invoices"
	require.Equal(t, http.StatusOK, f.send(proxy.ForwardAuthPath, token, method, uri).StatusCode)
	for name, headers := range map[string][]string{
		"no method":                           {uri},
		"no address":                          {method},
		"two addresses":                       {method, uri, "X-Forwarded-Uri: /open"},
		"two methods":                         {method, "X-Forwarded-Method: PUT", uri},
		"another spelling":                    {method, "X_Forwarded_Uri: /open"},
		"a whole address":                     {method, "X-Forwarded-Uri: http://api.example.test/open"},
		"a fragment":                          {method, "X-Forwarded-Uri: /admin#/open"},
		"a bad escape":                        {method, "X-Forwarded-Uri: /%zz"},
		"a rewritten path":                    {method, uri, "X-Original-URL: /admin"},
		"another rewritten path":              {method, uri, "X-Rewrite-URL: /admin"},
		"a third one":                         {method, uri, "X-Original-URI: /admin"},
		"a misspelt one":                      {method, uri, "X_Original_Url: /admin"},
		"a header that the front proxy keeps": {method, uri, "X_Auth_Subject: mallory"},
	} {
		assert.Equal(t, http.StatusBadRequest, f.send(proxy.ForwardAuthPath, append(headers, token)...).StatusCode, name)
	}
	assert.Equal(t, http.StatusNotFound, f.send("/invoices", token).StatusCode)
	assert.Equal(t, http.StatusNotFound, f.send(proxy.ForwardAuthPath+"/x", token, method, uri).StatusCode)
}

func TestForwardAuthWithoutTheProvider(t *testing.T) {
	t.Parallel()
	f := setup(t, forwardAuth)
	f.SetDown(true)
	assert.Equal(t, http.StatusServiceUnavailable, f.ask("GET", "/", bearer(f.Opaque(resourcetest.Claims{"scope": "read"}))).StatusCode)
}
