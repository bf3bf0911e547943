package proxy_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/proxy"
	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// claims verifies an assertion by the published keys.
func (f *fixture) claims(assertion string) map[string]any {
	f.t.Helper()
	published := httptest.NewRecorder()
	f.signer.KeySet().ServeHTTP(published, httptest.NewRequest(http.MethodGet, "/jwks", nil))
	var set jose.JSONWebKeySet
	require.NoError(f.t, json.Unmarshal(published.Body.Bytes(), &set))
	assert.True(f.t, set.Keys[0].IsPublic())
	signed, err := jose.ParseSignedCompact(assertion, []jose.SignatureAlgorithm{jose.ES256})
	require.NoError(f.t, err)
	assert.Equal(f.t, "proxy-assertion+jwt", signed.Signatures[0].Protected.ExtraHeaders[jose.HeaderType])
	payload, err := signed.Verify(&set)
	require.NoError(f.t, err)
	var claims map[string]any
	require.NoError(f.t, json.Unmarshal(payload, &claims))
	return claims
}

func TestAPILearnsWhoARequestIsFrom(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	token := f.Token(resourcetest.Claims{"sub": "alice", "client_id": "shop", "scope": "read write", "roles": []string{"clerk"}, "auth_time": 1_700_000_000})
	response := f.send("/invoices/7%20a?from=1;to=2", bearer(token))
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Equal(t, "of the API", body(t, response))
	got := f.received()
	assert.Equal(t, "/invoices/7%20a?from=1;to=2", got.RequestURI)
	assert.Equal(t, []string{"alice", "shop", "read write", f.URL}, []string{
		got.Header.Get("X-Auth-Subject"), got.Header.Get("X-Auth-Client-Id"), got.Header.Get("X-Auth-Scopes"), got.Header.Get("X-Auth-Issuer"),
	})
	assert.Empty(t, got.Header.Get("Authorization"), "the token is not for the API")
	assert.Equal(t, "api.example.test", got.Header.Get("X-Forwarded-Host"))

	claims := f.claims(got.Header.Get("X-Auth-Assertion"))
	for name, value := range map[string]any{
		"iss": "gatehouse-proxy", "aud": "https://api.internal", "sub": "alice", "client_id": "shop", "scope": "read write", "provider": f.URL,
		"method": "GET", "path": "/invoices/7 a", "roles": []any{"clerk"}, "auth_time": 1_700_000_000.0,
	} {
		assert.Equal(t, value, claims[name], name)
	}
	assert.InDelta(t, 30, claims["exp"].(float64)-claims["iat"].(float64), 0)
	require.Equal(t, http.StatusOK, f.send("/invoices", bearer(token)).StatusCode)
	assert.NotEqual(t, claims["jti"], f.claims(f.received().Header.Get("X-Auth-Assertion"))["jti"])
}

func TestRequestsThatAreRefusedDoNotReachTheAPI(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	revoked := f.Opaque(resourcetest.Claims{"scope": "read"})
	require.Equal(t, http.StatusOK, f.send("/", bearer(revoked)).StatusCode)
	require.NotNil(t, f.received())
	f.Revoke(revoked)
	metadata := `resource_metadata="https://api.example.test/.well-known/oauth-protected-resource"`
	for name, tc := range map[string]struct {
		target    string
		headers   []string
		status    int
		challenge string
	}{
		"no token":                        {"/", nil, 401, `Bearer scope="read", ` + metadata},
		"another scheme":                  {"/", []string{"Authorization: Basic YTpi"}, 401, `Bearer scope="read", ` + metadata},
		"two tokens":                      {"/", []string{bearer(f.reader()), bearer(f.reader())}, 400, `error="invalid_request"`},
		"a forged token":                  {"/", []string{bearer(f.reader() + "A")}, 401, `error="invalid_token"`},
		"a revoked token":                 {"/", []string{bearer(revoked)}, 401, `error="invalid_token"`},
		"another API":                     {"/", []string{bearer(f.Token(resourcetest.Claims{"scope": "read", "aud": "other"}))}, 401, `error="invalid_token"`},
		"no scope":                        {"/", []string{bearer(f.Token(resourcetest.Claims{"scope": "write"}))}, 403, `error="insufficient_scope"`},
		"the scope of another route":      {"/admin", []string{bearer(f.reader())}, 403, `scope="admin:write"`},
		"the scope of a longer route":     {"/invoices", []string{bearer(f.Token(resourcetest.Claims{"scope": "admin:write"}))}, 403, `scope="read"`},
		"a token in the query":            {"/?access_token=" + f.reader(), nil, 401, "Bearer"},
		"a subject that would be a line":  {"/", []string{bearer(f.Token(resourcetest.Claims{"scope": "read", "sub": "a\r\nX-Evil: 1"}))}, 401, `error="invalid_token"`},
		"a subject that would be another": {"/", []string{bearer(f.Token(resourcetest.Claims{"scope": "read", "sub": " alice"}))}, 401, `error="invalid_token"`},
		"one with a space of Unicode":     {"/", []string{bearer(f.Token(resourcetest.Claims{"scope": "read", "sub": "alice\u00a0"}))}, 401, `error="invalid_token"`},
		"one with a tab":                  {"/", []string{bearer(f.Token(resourcetest.Claims{"scope": "read", "sub": "a\tb"}))}, 401, `error="invalid_token"`},
		"one with a C1 control":           {"/", []string{bearer(f.Token(resourcetest.Claims{"scope": "read", "client_id": "a\u0085b"}))}, 401, `error="invalid_token"`},
		"a scope that would be two":       {"/", []string{bearer(f.Token(resourcetest.Claims{"scope": []string{"read", "x admin:write"}}))}, 401, `error="invalid_token"`},
		"a scope with a tab":              {"/", []string{bearer(f.Token(resourcetest.Claims{"scope": "read x\tadmin:write"}))}, 401, `error="invalid_token"`},
		"a scope with a quote":            {"/", []string{bearer(f.Token(resourcetest.Claims{"scope": `read a"b`}))}, 401, `error="invalid_token"`},
		"a token in the query as well":    {"/?access%5Ftoken=x", []string{bearer(f.reader())}, 400, `error="invalid_request"`},
		"a token bound to a key":          {"/", []string{bearer(f.Token(resourcetest.Claims{"scope": "read", "cnf": map[string]any{"jkt": "x"}}))}, 401, `error="invalid_token"`},
		"the public path as a name begin": {"/opening", nil, 401, "Bearer"},
		"the public path in capitals":     {"/OPEN", nil, 401, "Bearer"},
	} {
		response := f.send(tc.target, tc.headers...)
		assert.Equal(t, tc.status, response.StatusCode, name)
		assert.Contains(t, response.Header.Get("WWW-Authenticate"), tc.challenge, name)
		assert.Nil(t, f.received(), name)
	}
}

func TestPublicPathsLookAtNoToken(t *testing.T) {
	t.Parallel()
	f := setup(t, func(c *proxy.Config) { c.PassToken = true })
	f.SetDown(true)
	require.Equal(t, http.StatusOK, f.send("/open/page", bearer("expired"), "X-Auth-Subject: mallory").StatusCode)
	got := f.received()
	for name := range got.Header {
		assert.NotContains(t, name, "Auth", "of a token that nobody looked at")
	}
}

// While tokens cannot be checked, none is accepted; a client keeps its token for later.
func TestProviderThatIsDownLetsNobodyThrough(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	require.NoError(t, f.verifier.Ready(t.Context()))
	opaque, signed := f.Opaque(resourcetest.Claims{"scope": "read"}), f.reader()
	f.SetDown(true)
	response := f.send("/", bearer(opaque))
	assert.Equal(t, http.StatusServiceUnavailable, response.StatusCode)
	assert.NotEmpty(t, response.Header.Get("Retry-After"))
	assert.Empty(t, response.Header.Get("WWW-Authenticate"))
	assert.Nil(t, f.received())
	assert.Equal(t, http.StatusOK, f.send("/", bearer(signed)).StatusCode, "its keys are known")
}

func TestAPIThatIsDown(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	f.api.Close()
	response := f.send("/", bearer(f.reader()))
	assert.Equal(t, http.StatusBadGateway, response.StatusCode)
	assert.Equal(t, "application/problem+json", response.Header.Get("Content-Type"))
	assert.JSONEq(t, `{"title":"Bad Gateway","status":502,"detail":"The API cannot be reached."}`, body(t, response))
}

func TestAPIThatIsSlow(t *testing.T) {
	t.Parallel()
	released := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-released }))
	t.Cleanup(slow.Close)
	t.Cleanup(func() { close(released) })
	f := setup(t, func(c *proxy.Config) {
		c.Upstream, _ = url.Parse(slow.URL)
		c.Transport = &http.Transport{ResponseHeaderTimeout: time.Millisecond}
	})
	response := f.send("/", bearer(f.reader()))
	assert.Equal(t, http.StatusGatewayTimeout, response.StatusCode)
	assert.Contains(t, body(t, response), "did not answer in time")
}

func TestPassToken(t *testing.T) {
	t.Parallel()
	f := setup(t, func(c *proxy.Config) { c.PassToken = true })
	token := f.reader()
	require.Equal(t, http.StatusOK, f.send("/", bearer(token)).StatusCode)
	assert.Equal(t, "Bearer "+token, f.received().Header.Get("Authorization"))
}

func TestHostOfTheRequestToTheAPI(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	require.Equal(t, http.StatusOK, f.send("/", bearer(f.reader())).StatusCode)
	assert.Equal(t, strings.TrimPrefix(f.api.URL, "http://"), f.received().Host)
	kept := setup(t, func(c *proxy.Config) { c.PreserveHost = true })
	require.Equal(t, http.StatusOK, kept.send("/", bearer(kept.reader())).StatusCode)
	got := kept.received()
	assert.Equal(t, "api.example.test", got.Host)
	assert.Equal(t, "api.example.test", got.Header.Get("X-Forwarded-Host"))
}

func TestUpstreamBelowAPath(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	below := setup(t, func(c *proxy.Config) {
		c.Verifier = f.verifier
		c.Upstream, _ = url.Parse(f.api.URL + "/v1/")
	})
	require.Equal(t, http.StatusOK, below.send("/invoices", bearer(f.reader())).StatusCode)
	got := f.received()
	assert.Equal(t, "/v1/invoices", got.URL.Path)
	assert.Equal(t, "/v1/invoices", below.claims(got.Header.Get("X-Auth-Assertion"))["path"])
}

func TestDocumentAboutTheAPI(t *testing.T) {
	t.Parallel()
	const path = "/.well-known/oauth-protected-resource"
	f := setup(t, func(c *proxy.Config) { c.Describe = true })
	response := f.send(path)
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Contains(t, body(t, response), `"authorization_servers":["`+f.URL+`"]`)
	assert.Equal(t, http.StatusUnauthorized, setup(t, nil).send(path).StatusCode, "it is the API's own")
}

func TestRequestsAreCountedByRoute(t *testing.T) {
	t.Parallel()
	counted := make(chan string, 1)
	f := setup(t, func(c *proxy.Config) {
		c.Count = func(route, method string, status int, _ float64) {
			counted <- strings.Join([]string{method, route, http.StatusText(status)}, " ")
		}
	})
	for target, want := range map[string]string{
		"/admin/users/7": "GET /admin Forbidden", "/invoices": "GET / OK", "/open/x": "GET /open OK", "/a/../b": "GET none Bad Request",
	} {
		_, _ = io.Copy(io.Discard, f.send(target, bearer(f.reader())).Body)
		assert.Equal(t, want, <-counted)
		f.received()
	}
}
