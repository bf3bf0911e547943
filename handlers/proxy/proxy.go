package proxy

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/resource"
)

// Config is what a Proxy is made of.
type Config struct {
	Verifier *resource.Verifier
	Signer   *Signer
	Routes   []Route
	// Upstream is the API; nil: another proxy asks at ForwardAuthPath, and passes requests on itself.
	Upstream *url.URL
	// Transport makes the requests to the API.
	Transport http.RoundTripper
	// Describe serves the document about the API (RFC 9728); the verifier must have its Resource.
	Describe bool
	// PassToken sends the access token on to the API. It can use it wherever else it is accepted.
	PassToken bool
	// PreserveHost sends the API the Host of the client's request, in place of that of Upstream.
	PreserveHost bool
	// CORSPreflight passes the preflight requests of browsers on to the API, which have no token, and lets
	// scripts of every origin read refusals.
	CORSPreflight bool
	// Patience is how long a client may take between two pieces of a request; by default a minute.
	Patience time.Duration
	// TrustedProxies may say in X-Forwarded-... who the client is, and what it asked for.
	TrustedProxies []netip.Prefix
	// Count is told of each response: which route it is of, and how long the request took.
	Count func(route, method string, status int, seconds float64)
	Clock provider.Clock
	Log   *slog.Logger
}

// Proxy is the handler.
type Proxy struct {
	config   Config
	routes   []http.Handler // of config.Routes
	open     http.Handler   // for requests that need no token
	metadata http.Handler
	watches  bool // the verifier follows revocations
}

// New makes a Proxy.
func New(c Config) (*Proxy, error) {
	if c.Verifier == nil || c.Signer == nil || len(c.Routes) == 0 {
		return nil, errors.New("proxy: a verifier, a signer and routes are needed")
	}
	c.Patience = cmp.Or(c.Patience, patience)
	p := &Proxy{config: c, metadata: c.Verifier.MetadataHandler(), watches: c.Verifier.Stats().RevocationFeed != ""}
	next := http.Handler(http.HandlerFunc(p.allow))
	if c.Upstream != nil {
		next = p.reverse()
	}
	next = unexposed(next)
	p.open = next
	for _, route := range c.Routes {
		if route.Public {
			p.routes = append(p.routes, next)
			continue
		}
		p.routes = append(p.routes, c.Verifier.With(route.requirement())(p.identified(next)))
	}
	return p, nil
}

// ServeHTTP lets a request through, or refuses it.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := p.config.Clock()
	o := &observed{ResponseWriter: w, route: "none", upload: p.newUpload(w, r), closes: r.ProtoMajor == 1}
	defer p.record(o, r, began)
	if o.upload != nil {
		r.Body = o.upload
		defer o.upload.linger()
	}
	switch {
	case p.config.Describe && r.URL.Path == p.config.Verifier.MetadataPath():
		p.metadata.ServeHTTP(o, r)
	case p.config.Upstream != nil:
		p.route(o, r)
	case r.URL.Path == ForwardAuthPath:
		p.forwardAuth(o, r)
	default:
		problem(o, http.StatusNotFound, "This proxy only answers "+ForwardAuthPath+".")
	}
}

// record counts and logs a request. Its path is not logged, which can hold what is secret.
func (p *Proxy) record(o *observed, r *http.Request, began time.Time) {
	took := p.config.Clock().Sub(began).Seconds()
	p.config.Count(o.route, r.Method, o.status, took)
	p.config.Log.InfoContext(r.Context(), "request", "method", r.Method, "route", o.route, "status", o.status, "seconds", took, "client_id", o.clientID)
}

// route finds out what a request demands.
func (p *Proxy) route(w *observed, r *http.Request) {
	if r.Method == http.MethodConnect { // an API that understood it would be a way to elsewhere
		problem(w, http.StatusNotImplemented, "This proxy opens no tunnels.")
		return
	}
	path, err := pathOf(r.URL)
	if err != nil {
		problem(w, http.StatusBadRequest, "The path can be read in several ways: it must have no encoded separators and no segments of dots.")
		return
	}
	at := find(p.config.Routes, path)
	w.route = p.config.Routes[at].Prefix
	p.expose(w, r)
	if p.config.CORSPreflight && isPreflight(r) {
		p.open.ServeHTTP(w, r)
		return
	}
	p.routes[at].ServeHTTP(w, r)
}

// identified adds the identity of the principal to a request.
func (p *Proxy) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		principal, _ := resource.FromContext(r.Context())
		if o, ok := w.(*observed); ok {
			o.clientID = principal.ClientID
		}
		headers, err := identity(principal, p.config.Signer, r.Method, p.upstreamURL(r).Path)
		switch {
		case errors.Is(err, errNoHeader):
			p.config.Log.WarnContext(r.Context(), "a token was refused", "cause", err, "client_id", principal.ClientID)
			p.config.Verifier.RefuseToken(w, r, err)
			return
		case err != nil:
			p.config.Log.ErrorContext(r.Context(), "the request cannot be passed on", "cause", err)
			problem(w, http.StatusInternalServerError, "The request cannot be passed on.")
			return
		}
		ctx, end := context.WithCancel(r.Context())
		defer end()
		next.ServeHTTP(w, r.WithContext(context.WithValue(ctx, passedKey{}, &passed{principal, headers, end})))
	})
}
