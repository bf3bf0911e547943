package proxy

import (
	"net/http"
	"net/url"
	"strings"
)

// ForwardAuthPath is where another proxy asks whether it may pass a request on.
const ForwardAuthPath = "/forward-auth"

// The headers by which it says what the client asked for: those of Traefik and Caddy. For nginx they
// must be set.
const (
	forwardedMethod = "X-Forwarded-Method"
	forwardedURI    = "X-Forwarded-Uri"
)

// forwardAuth answers for the request that another proxy has: 200 with the identity, or what the client
// is to get.
func (p *Proxy) forwardAuth(w *observed, r *http.Request) {
	asked, ok := forwarded(r)
	if !ok {
		problem(w, http.StatusBadRequest, "The proxy must send "+forwardedMethod+" and "+forwardedURI+" once each.")
		return
	}
	if misspelt(r.Header, IdentityHeaders()...) || has(r.Header, rewriting()...) {
		problem(w, http.StatusBadRequest, "The request has headers that could be taken for those of the proxy.")
		return
	}
	p.route(w, asked)
}

// forwarded is the request that the client made.
func forwarded(r *http.Request) (*http.Request, bool) {
	methods, uris := r.Header[forwardedMethod], r.Header[forwardedURI]
	if len(methods) != 1 || len(uris) != 1 || methods[0] == "" || !strings.HasPrefix(uris[0], "/") || strings.Contains(uris[0], "#") {
		return nil, false
	}
	target, err := url.ParseRequestURI(uris[0])
	if err != nil {
		return nil, false
	}
	asked := r.Clone(r.Context())
	asked.Method, asked.URL, asked.RequestURI = methods[0], target, uris[0]
	return asked, true
}

// allow says that the request may be passed on. The identity is complete, with empty values on a public
// route. Some proxies replace nothing by an empty value, such as Caddy since 2.10: what the client sent
// under that name would reach the API, so the request is refused.
func (p *Proxy) allow(w http.ResponseWriter, r *http.Request) {
	headers := identityOf(r.Context())
	for _, name := range IdentityHeaders() {
		if headers.Get(name) == "" && len(r.Header[name]) > 0 {
			problem(w, http.StatusBadRequest, "The request has the header "+name+", which only the proxy may set.")
			return
		}
	}
	for _, name := range IdentityHeaders() {
		w.Header().Set(name, headers.Get(name))
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
}
