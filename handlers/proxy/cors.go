package proxy

import "net/http"

// isPreflight tells whether a browser asks for leave to make a request to another origin (CORS). It never
// sends a token with that, nor a body or another method: whoever does is not answered as a browser.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != "" &&
		r.ContentLength == 0 && !has(r.Header, "X-Http-Method-Override", "X-Http-Method", "X-Method-Override")
}

const (
	allowOrigin   = "Access-Control-Allow-Origin"
	exposeHeaders = "Access-Control-Expose-Headers"
)

// expose lets scripts of every origin read a refusal, and from its challenge what to do. It has nothing in
// it that is not for everybody: credentials are not allowed.
func (p *Proxy) expose(w http.ResponseWriter, r *http.Request) {
	if p.config.CORSPreflight && r.Header.Get("Origin") != "" {
		w.Header().Set(allowOrigin, "*")
		w.Header().Set(exposeHeaders, "WWW-Authenticate, Retry-After")
	}
}

// unexposed leaves to the API who may read what it answers.
func unexposed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Del(allowOrigin)
		w.Header().Del(exposeHeaders)
		next.ServeHTTP(w, r)
	})
}
