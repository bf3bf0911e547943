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

// On a public path the answer replaces what the client sent, by nothing.
func TestForwardAuthOfPublicPaths(t *testing.T) {
	t.Parallel()
	f := setup(t, forwardAuth)
	response := f.ask("GET", "/open", "X-Auth-Subject: mallory")
	require.Equal(t, http.StatusOK, response.StatusCode)
	for _, name := range proxy.IdentityHeaders() {
		assert.Equal(t, []string{""}, response.Header[name], name)
	}
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
		"a rewritten path":                    {method, uri, "X_Original_Url: /admin"},
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
