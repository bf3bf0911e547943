package handlers

import (
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// OriginChecker knows the origins of public clients. It is called before rate limits, so it must not
// use anything that an attacker could exhaust, such as the database.
type OriginChecker interface {
	Allowed(origin string) bool
}

// maxOrigin in bytes: a host name has at most 253 characters.
const maxOrigin = 300

// crossOrigin lets scripts of other origins read the response, errors included, according to the
// rule. No request is refused here: the browser enforces that a script may not read a response.
// Cookies are never used. A script that sends them may still read the public documents, which do not
// depend on them, and nothing else.
func crossOrigin(rule route.CORSRule, origins OriginChecker, next route.HandlerFunc) route.HandlerFunc {
	switch rule {
	case route.AnyOrigin:
		star, yes := []string{"*"}, []string{"true"}
		return func(w http.ResponseWriter, r *http.Request) error {
			h := w.Header()
			h.Add("Vary", "Origin")
			if sent := r.Header["Origin"]; len(sent) == 1 && sent[0] != "" && len(sent[0]) <= maxOrigin {
				// For a request with credentials "*" matches no origin (Fetch standard section 3.2.5).
				h["Access-Control-Allow-Origin"], h["Access-Control-Allow-Credentials"] = []string{sent[0]}, yes
			} else {
				h["Access-Control-Allow-Origin"] = star
			}
			return next(w, r)
		}
	case route.PublicClientOrigins:
		expose := []string{"RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-Id"}
		return func(w http.ResponseWriter, r *http.Request) error {
			h := w.Header()
			// Also without an Origin: a cache must not reuse that response for a script.
			h.Add("Vary", "Origin")
			if origin := allowedOrigin(r, origins); origin != "" {
				h["Access-Control-Allow-Origin"] = []string{origin}
				h["Access-Control-Expose-Headers"] = expose
			}
			return next(w, r)
		}
	default:
		return next
	}
}

// allowedOrigin is the request's origin if it is allowed. "null" never is: it is the origin of any
// sandboxed frame or local file.
func allowedOrigin(r *http.Request, origins OriginChecker) string {
	sent := r.Header["Origin"]
	if len(sent) != 1 || sent[0] == "" || sent[0] == "null" || len(sent[0]) > maxOrigin || !origins.Allowed(sent[0]) {
		return ""
	}
	return sent[0]
}

// preflight responds to a CORS preflight request (Fetch standard section 4.8). It runs inside
// crossOrigin, which has decided.
func (res *resource) preflight(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Allow", res.allow)
	if h.Get("Access-Control-Allow-Origin") != "" {
		h.Set("Access-Control-Allow-Methods", res.allow)
		h.Add("Vary", "Access-Control-Request-Headers")
		h.Set("Access-Control-Allow-Headers", allowedHeaders(r, res.reflectHeaders))
		h.Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// usualHeaders are those that client libraries, tracing libraries and the Model Context Protocol
// send. None has a meaning here that a script could misuse.
const usualHeaders = "accept, authorization, baggage, cache-control, content-type, dpop, mcp-protocol-version, " +
	"pragma, sentry-trace, traceparent, tracestate, x-request-id, x-requested-with"

// allowedHeaders are the headers that a script may send. With reflect, for public documents, they
// are those that it asks for.
func allowedHeaders(r *http.Request, reflect bool) string {
	asked := r.Header["Access-Control-Request-Headers"]
	if !reflect || len(asked) != 1 || asked[0] == "" || len(asked[0]) > maxAskedHeaders || strings.ContainsFunc(asked[0], notInHeaderNames) {
		return usualHeaders
	}
	return asked[0]
}

// maxAskedHeaders bounds what is reflected, in bytes.
const maxAskedHeaders = 1000

// notInHeaderNames finds characters that a list of header names cannot have (RFC 9110 section
// 5.6.2).
func notInHeaderNames(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~, ", c)
}
