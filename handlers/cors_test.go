package handlers_test

import (
	"cmp"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers"
)

const (
	usual = "accept, authorization, baggage, cache-control, content-type, dpop, mcp-protocol-version, " +
		"pragma, sentry-trace, traceparent, tracestate, x-request-id, x-requested-with"
	known = "https://spa.example"
	other = "https://evil.example"
)

func TestPublicDocumentsAreForEveryOrigin(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	for _, path := range []string{"/oauth/jwks", "/.well-known/jwks.json", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"} {
		for _, origin := range []string{other, "null", ""} {
			h := f.do("GET", path, "", "Origin", origin).Header()
			assert.Equal(t, cmp.Or(origin, "*"), h.Get("Access-Control-Allow-Origin"), path)
			assert.Contains(t, h.Values("Vary"), "Origin")
		}
		for asked, want := range map[string]string{
			"mcp-protocol-version, x-anything": "mcp-protocol-version, x-anything",
			"x\r\nset-cookie: a":               usual, "x;y": usual, strings.Repeat("x", 1001): usual, "": usual,
		} {
			w := f.do("OPTIONS", path, "", "Origin", other, "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", asked)
			assert.Equal(t, http.StatusNoContent, w.Code)
			assert.Equal(t, "GET, HEAD, OPTIONS", w.Header().Get("Access-Control-Allow-Methods"))
			assert.Equal(t, want, w.Header().Get("Access-Control-Allow-Headers"), asked)
			assert.Equal(t, "true", w.Header().Get("Access-Control-Allow-Credentials"), "a document does not depend on cookies")
		}
	}
}

func TestTokenAndRevocationAreForTheOriginsOfPublicClients(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	for _, path := range []string{"/oauth/token", "/token", "/oauth/revoke"} {
		h := f.do("POST", path, "", "Origin", known).Header()
		assert.Equal(t, known, h.Get("Access-Control-Allow-Origin"), path)
		assert.Equal(t, "Origin", h.Get("Vary"), path)

		w := f.do("OPTIONS", path, "", "Origin", known, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "dpop")
		assert.Equal(t, http.StatusNoContent, w.Code)
		assert.Equal(t, known, w.Header().Get("Access-Control-Allow-Origin"))
		assert.Equal(t, "OPTIONS, POST", w.Header().Get("Access-Control-Allow-Methods"))
		assert.Equal(t, usual, w.Header().Get("Access-Control-Allow-Headers"), "whatever was requested")
		assert.Equal(t, "600", w.Header().Get("Access-Control-Max-Age"))
		assert.Equal(t, "Origin", w.Header().Get("Vary"))
		assert.Empty(t, w.Body.String())

		w = f.do("PUT", path, "", "Origin", known)
		assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
		assert.Equal(t, known, w.Header().Get("Access-Control-Allow-Origin"), "a script can read the error")
	}
}

func TestOtherOriginsGetNoPermission(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) { c.Origins = origins{known, "null", strings.Repeat("x", 301)} })
	for _, origin := range []string{other, "null", "", known + ".evil.example", known + "/", "http://spa.example", strings.ToUpper(known), "*", strings.Repeat("x", 301)} {
		for _, method := range []string{"POST", "OPTIONS"} {
			w := f.do(method, "/oauth/token", "", "Origin", origin, "Access-Control-Request-Method", "POST")
			assertNoPermission(t, w.Header(), origin)
			assert.Equal(t, "Origin", w.Header().Get("Vary"), "a cache must not use this response for another origin")
			assert.Less(t, w.Code, 300, "not readable, but served")
		}
	}
	assertNoPermission(t, f.do("POST", "/oauth/token", "", "Origin", known, "Origin", other).Header(), "two origins")
}

func TestServerSideEndpointsAreForNoOrigin(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	for _, path := range []string{"/oauth/introspect", "/", "/errors/x", "/nothing"} {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			assertNoPermission(t, f.do(method, path, "", "Origin", known, "Access-Control-Request-Method", "POST").Header(), path)
		}
	}
}

func assertNoPermission(t *testing.T, h http.Header, about string) {
	t.Helper()
	for name := range h {
		assert.NotContains(t, name, "Access-Control", about)
	}
}

func TestScriptsCanReadWhyTheyWereRefused(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) { serveAt(c, "token", fails(errBroken)) })
	w := f.do("POST", "/oauth/token", "", "Origin", known)
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.Equal(t, known, w.Header().Get("Access-Control-Allow-Origin"))
	assert.Contains(t, w.Header().Get("Access-Control-Expose-Headers"), "Retry-After")
}

func TestNoAnswerToAClientAllowsCredentials(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	for _, path := range []string{"/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/oauth/authorize"} {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			assert.Empty(t, f.do(method, path, "", "Origin", known).Header().Get("Access-Control-Allow-Credentials"))
		}
	}
}
