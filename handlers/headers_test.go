package handlers_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers"
)

func TestEveryResponseHasTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	for _, request := range [][2]string{
		{"POST", "/oauth/token"},
		{"GET", "/oauth/token"},
		{"GET", "/oauth/jwks"},
		{"GET", "/"},
		{"GET", "/nothing"},
		{"GET", "/errors/x"},
		{"OPTIONS", "/oauth/token"},
		{"GET", "/oauth/authorize"},
		{"GET", "/oauth/userinfo"},
		{"GET", "/login"},
		{"POST", "/login"},
		{"POST", "/consent"},
		{"GET", "/oauth/logout"},
	} {
		h := f.do(request[0], request[1], "", "Accept", "text/html").Header()
		assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), request)
		assert.Contains(t, []string{"no-referrer", "same-origin"}, h.Get("Referrer-Policy"), "%s: URLs contain codes and error ids", request)
		assert.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'", request)
		assert.Contains(t, h.Get("Content-Security-Policy"), "frame-ancestors 'none'", request)
		assert.Equal(t, "max-age=31536000", h.Get("Strict-Transport-Security"), request)
		assert.Equal(t, "no-store", h.Get("Cache-Control"), request)
	}
}

func TestPlainHTTPIssuersDoNotAskForHTTPS(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) { c.Issuer = "http://localhost:8080" })
	assert.Empty(t, f.do("GET", "/", "").Header().Get("Strict-Transport-Security"))
}

// HSTS covers subdomains by a setting only: one without https would be unreachable for a year.
func TestHTTPSForSubdomainsIsASetting(t *testing.T) {
	t.Parallel()
	for _, issuer := range []string{"https://id.example", "http://localhost:8080"} {
		f := newFrame(t, func(c *handlers.Config) { c.Issuer, c.HSTSIncludeSubdomains = issuer, true })
		want := map[bool]string{true: "max-age=31536000; includeSubDomains"}[issuer == "https://id.example"]
		assert.Equal(t, want, f.do("GET", "/", "").Header().Get("Strict-Transport-Security"), issuer)
	}
}

// RFC 6749 section 5.1 requires both headers.
func TestTokensAreNotCached(t *testing.T) {
	t.Parallel()
	f := newFrame(t, nil)
	for _, path := range []string{"/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/userinfo"} {
		h := f.do("POST", path, "").Header()
		assert.Equal(t, "no-store", h.Get("Cache-Control"), path)
		assert.Equal(t, "no-cache", h.Get("Pragma"), path)
	}
}

func TestErrorsAreNotCachedEvenWhereResponsesAre(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) {
		serveAt(c, "jwks", func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("Cache-Control", "public, max-age=300")
			w.Header().Set("ETag", `"x"`)
			w.Header().Set("Content-Length", "5000")
			return errBroken
		})
	})
	w := f.do("GET", "/oauth/jwks", "")
	assert.Equal(t, http.StatusInternalServerError, w.Code)
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Empty(t, w.Header().Get("ETag"))
	assert.NotEqual(t, "5000", w.Header().Get("Content-Length"))
}
