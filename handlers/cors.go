package handlers

import (
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/route"
)

// OriginChecker knows the origins at which public clients are registered. Whoever answers
// must not need anything for it that callers could use up: it is asked before limits are.
type OriginChecker interface {
	Allowed(origin string) bool
}

// maxOrigin in bytes: a host name has at most 253 characters.
const maxOrigin = 300

// crossOrigin lets scripts of other origins read the answer, error answers included, as
// far as the rule goes. Nobody is refused here: that a script may not read an answer is
// for its browser to enforce. Cookies never count. A script that sends them all the same may
// read a document, which is the same for everybody, and nothing else.
func crossOrigin(rule route.CORSRule, origins OriginChecker, next route.HandlerFunc) route.HandlerFunc {
	switch rule {
	case route.AnyOrigin:
		star, yes := []string{"*"}, []string{"true"}
		return func(w http.ResponseWriter, r *http.Request) error {
			h := w.Header()
			h.Add("Vary", "Origin")
			if sent := r.Header["Origin"]; len(sent) == 1 && sent[0] != "" && len(sent[0]) <= maxOrigin {
				// For a request with credentials "*" stands for nobody (Fetch standard section 3.2.5).
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
			// Also without an origin: a cache must not give that answer to a script.
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

// allowedOrigin is the request's origin if it is allowed. "null" stands for sandboxed
// frames and local files of anyone, and never is.
func allowedOrigin(r *http.Request, origins OriginChecker) string {
	sent := r.Header["Origin"]
	if len(sent) != 1 || sent[0] == "" || sent[0] == "null" || len(sent[0]) > maxOrigin || !origins.Allowed(sent[0]) {
		return ""
	}
	return sent[0]
}

// preflight answers the question that a browser asks before it sends a script's request
// (Fetch standard, section 4.8). It runs inside crossOrigin, which decided.
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

// usualHeaders are those that client libraries and what is put around them send: credentials,
// then tracing, then what old libraries and the Model Context Protocol add. None means
// anything to us that a script could misuse.
const usualHeaders = "accept, authorization, baggage, cache-control, content-type, dpop, mcp-protocol-version, " +
	"pragma, sentry-trace, traceparent, tracestate, x-request-id, x-requested-with"

// allowedHeaders says which headers a script may send: where the answer is the same for
// everybody, whichever it asks for.
func allowedHeaders(r *http.Request, reflect bool) string {
	asked := r.Header["Access-Control-Request-Headers"]
	if !reflect || len(asked) != 1 || asked[0] == "" || len(asked[0]) > maxAskedHeaders || strings.ContainsFunc(asked[0], notInHeaderNames) {
		return usualHeaders
	}
	return asked[0]
}

// maxAskedHeaders bounds in bytes what is reflected.
const maxAskedHeaders = 1000

// notInHeaderNames finds what cannot stand in a list of header names (RFC 9110 section 5.6.2).
func notInHeaderNames(c rune) bool {
	return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~, ", c)
}
