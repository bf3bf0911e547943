package handlers_test

import (
	"bufio"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
)

func TestEveryPathReachesItsEndpoint(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	for path, want := range map[string]string{
		"GET /.well-known/openid-configuration":       "discovery",
		"GET /.well-known/oauth-authorization-server": "metadata",
		"GET /oauth/jwks":                             "jwks",
		"GET /.well-known/jwks.json":                  "jwks",
		"GET /authorize/jwks":                         "jwks",
		"POST /oauth/token":                           "token",
		"POST /token":                                 "token",
		"POST /oauth/v2/token":                        "token",
		"POST /api/v1/oauth/tokens":                   "token",
		"POST /oauth/introspect":                      "introspect",
		"POST /api/v1/oauth/introspect":               "introspect",
		"POST /oauth/revoke":                          "revoke",
		"POST /api/v1/oauth/tokens/revoke":            "revoke",
		"GET /logo/YXBw/0123456789abcdef":             "logo",
	} {
		method, target, _ := strings.Cut(path, " ")
		w := f.do(method, target, "")
		assert.Equal(t, http.StatusOK, w.Code, path)
		assert.Equal(t, want, w.Body.String(), path)
	}
}

func TestPrefixMovesTheEndpointsAndNotTheAliases(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"", "/auth/v2"} {
		f := newFrame(t, func(c *handlers.Config) { c.Routes = routes(prefix, says) })
		assert.Equal(t, "token", f.do("POST", prefix+"/token", "").Body.String())
		assert.Equal(t, "token", f.do("POST", "/oauth/v2/token", "").Body.String())
		assert.Equal(t, http.StatusNotFound, f.do("POST", "/oauth/token", "").Code)
	}
}

// An attacker sends paths that client libraries would normalize (Keycloak CVE-2026-0976).
func TestUnnormalizedPathsAreA404(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newFrame(t, nil))
	t.Cleanup(server.Close)
	for _, target := range []string{
		"/oauth/token/", "//oauth/token", "/oauth//token", "/oauth/./token", "/oauth/x/../token", "/./oauth/token",
		"/oauth%2ftoken", "/oauth%2Ftoken", "/%6fauth/token", "/oauth/token%20", "/oauth/token%00", "/oauth/token;a=b",
		"/oauth;/token", "/OAUTH/token", "/oauth/Token", "/oauth\\token", "/oauth%5ctoken", "/oauth/%2e%2e/oauth/token",
		"/oauth/token%3fx", "/oauth/token%252f", "/%74oken", "/Token", "/token/", "//token", "/token;x", "/./token",
		"/oauth/v2%2ftoken", "/api/v1/oauth/tokens/", "/oauth/tokens", "/oauth", "/x/../token", "/%2e/token",
		"/LOGIN", "/login/", "//login", "/login;x", "/log%69n", "/x/../consent", "/consent%2f", "/Authorize", "/oauth/authorize/", "/oauth/authorize;x", "/oauth/logout%2f", "/oauth/userinfo/.",
		"/debug/pprof/", "/metrics", "/healthz/live", "/errors/", "/errors", "/errors/a/b", "/assets/", "/assets/x/y", "/logo/", "/logo/x", "/logo/x/", "/logo//x", "/logo/x/y/z",
	} {
		answer := raw(t, server.Listener.Addr().String(), "POST "+target+" HTTP/1.1\r\nHost: id.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		want := http.StatusNotFound
		if target == "/assets/x/y" {
			want = http.StatusMethodNotAllowed
		}
		assert.Equal(t, want, answer.StatusCode, target)
		assert.Empty(t, answer.Header.Get("Location"), target)
	}
}

// raw sends bytes unchanged and reads the response.
func raw(t *testing.T, address, request string) *http.Response {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = conn.Write([]byte(request))
	require.NoError(t, err)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

func TestHeadRespondsLikeGetWithoutTheBody(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	for _, path := range []string{"/oauth/jwks", "/.well-known/openid-configuration", "/"} {
		answer := raw(t, server.Listener.Addr().String(), "HEAD "+path+" HTTP/1.1\r\nHost: id.example\r\nConnection: close\r\n\r\n")
		assert.Equal(t, http.StatusOK, answer.StatusCode, path)
	}
	assert.Equal(t, http.StatusMethodNotAllowed, f.do("HEAD", "/oauth/token", "").Code)
}

func TestOtherMethodsAreRefusedWithTheAllowedOnes(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	for request, allow := range map[string]string{
		"GET /oauth/token": "OPTIONS, POST", "GET /token": "OPTIONS, POST", "PUT /oauth/jwks": "GET, HEAD, OPTIONS",
		"GET /oauth/introspect": "POST", "OPTIONS /oauth/introspect": "POST", "POST /": "GET, HEAD", "post /oauth/token": "OPTIONS, POST",
		"TRACE /oauth/token": "OPTIONS, POST",
	} {
		method, path, _ := strings.Cut(request, " ")
		w := f.do(method, path, "")
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code, request)
		assert.Equal(t, allow, w.Header().Get("Allow"), request)
	}
	assert.Equal(t, "invalid_request", answered(t, f.do("GET", "/oauth/token", "")).Error)
	assert.Contains(t, f.do("POST", "/", "").Body.String(), "HTTP method not allowed")
}

func TestUnknownPathsAreA404InTheFormatThatTheClientAccepts(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	for _, accept := range []string{"", "*/*", "application/json", "text/html;q=0.5, application/json"} {
		w := f.do("GET", "/nothing", "", "Accept", accept)
		assert.Equal(t, http.StatusNotFound, w.Code)
		assert.Equal(t, "not_found", answered(t, w).Error, accept)
	}
	w := f.do("GET", "/nothing", "", "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	assert.Equal(t, http.StatusNotFound, w.Code)
	assert.Contains(t, w.Body.String(), "Page not found")
	assert.Equal(t, "Accept", w.Header().Get("Vary"))
}

func FuzzPathsReachOnlyTheirOwnEndpoint(f *testing.F) {
	for _, path := range []string{"/oauth/token", "/token", "/oauth%2ftoken", "//token", "/token;x", "/a?/token", "/%74oken", "/"} {
		f.Add(path)
	}
	frame := newFrame(f, nil)
	known := map[string]bool{"/oauth/token": true, "/token": true, "/oauth/v2/token": true, "/api/v1/oauth/tokens": true}
	f.Fuzz(func(t *testing.T, target string) {
		frame.log.Reset()
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("POST " + target + " HTTP/1.1\r\nHost: id.example\r\n\r\n")))
		if err != nil {
			return
		}
		w := httptest.NewRecorder()
		frame.ServeHTTP(w, r)
		path, _, _ := strings.Cut(r.RequestURI, "?")
		if r.URL.IsAbs() || r.URL.Host != "" { // absolute form: the path follows the host
			path = r.URL.EscapedPath()
		}
		if w.Body.String() == "token" && !known[path] {
			t.Fatalf("%q reached the token endpoint", target)
		}
		if w.Code >= http.StatusInternalServerError || w.Code/100 == 3 {
			t.Fatalf("%q: %d", target, w.Code)
		}
	})
}
