package handlers

import (
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// securityHeaders sets safe defaults. Responses that may be cached, and pages, replace Cache-Control
// and Content-Security-Policy.
func securityHeaders(issuer string, subdomains bool, next http.Handler) http.Handler {
	// The values are shared by all requests; no code appends to a header in place.
	var (
		nosniff  = []string{"nosniff"}
		referrer = []string{"no-referrer"} // URLs contain codes and error ids
		policy   = []string{"default-src 'none'; frame-ancestors 'none'"}
		noStore  = []string{"no-store"}
		hsts     []string
	)
	if strings.HasPrefix(issuer, "https://") {
		hsts = []string{"max-age=31536000"}
		if subdomains {
			hsts[0] += "; includeSubDomains"
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h["X-Content-Type-Options"] = nosniff
		h["Referrer-Policy"] = referrer
		h["Content-Security-Policy"] = policy
		h["Cache-Control"] = noStore
		if hsts != nil {
			h["Strict-Transport-Security"] = hsts
		}
		next.ServeHTTP(w, r)
	})
}

// uncached adds the header that RFC 6749 section 5.1 requires beside no-store for responses with
// tokens.
func uncached(next route.HandlerFunc) route.HandlerFunc {
	noCache := []string{"no-cache"}
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header()["Pragma"] = noCache
		return next(w, r)
	}
}
