package handlers

import "net/http"

// OriginChecker knows the origins at which public clients are registered. Whoever answers
// must not need anything for it that callers could use up: it is asked before limits are.
type OriginChecker interface {
	Allowed(origin string) bool
}

// maxOrigin in bytes: a host name has at most 253 characters.
const maxOrigin = 300

// crossOrigin lets scripts of other origins read the answer, error answers included, as
// far as the rule goes. Nobody is refused here: that a script may not read an answer is
// for its browser to enforce. Cookies never count, so no answer says Allow-Credentials.
func crossOrigin(rule CORSRule, origins OriginChecker, next HandlerFunc) HandlerFunc {
	switch rule {
	case AnyOrigin:
		star := []string{"*"}
		return func(w http.ResponseWriter, r *http.Request) error {
			w.Header()["Access-Control-Allow-Origin"] = star
			return next(w, r)
		}
	case PublicClientOrigins:
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
func (res *resource) preflight(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h.Set("Allow", res.allow)
	if h.Get("Access-Control-Allow-Origin") != "" {
		h.Set("Access-Control-Allow-Methods", res.allow)
		h.Set("Access-Control-Allow-Headers", "authorization, content-type, dpop")
		h.Set("Access-Control-Max-Age", "600")
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
