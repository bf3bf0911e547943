package proxy

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// reverse passes requests on to the API. What it answers is passed back at once, piece by piece.
func (p *Proxy) reverse() http.Handler {
	return &httputil.ReverseProxy{
		Rewrite:        p.rewrite,
		ModifyResponse: p.limit,
		Transport:      p.config.Transport,
		FlushInterval:  -1,
		ErrorLog:       slog.NewLogLogger(p.config.Log.Handler(), slog.LevelWarn),
		ErrorHandler:   p.failed,
	}
}

// rewrite makes the request to the API. Headers that Connection names are removed already, so none of
// those that are set here can be.
func (p *Proxy) rewrite(r *httputil.ProxyRequest) {
	out := r.Out
	out.URL.RawQuery = r.In.URL.RawQuery // as it is: what we do not read need not be valid
	out.Trailer = nil                    // an API may take one for a header
	onlyWebSockets(out.Header)
	remove(out.Header, append(IdentityHeaders(), rewriting()...)...)
	remove(out.Header, "Proxy") // CGI makes HTTP_PROXY of it, by which programs then send their requests
	trusted := p.trusts(r.In.RemoteAddr)
	if !trusted {
		remove(out.Header, "Forwarded", "X-Real-Ip")
		removePrefix(out.Header, "X-Forwarded-")
	}
	r.SetURL(p.config.Upstream)
	if p.config.PreserveHost {
		out.Host = r.In.Host
	}
	if trusted {
		for _, name := range forwarding() {
			if values, ok := r.In.Header[name]; ok {
				out.Header[name] = slices.Clone(values)
			}
		}
	}
	host, proto := out.Header.Get("X-Forwarded-Host"), out.Header.Get("X-Forwarded-Proto")
	r.SetXForwarded()
	if host != "" {
		out.Header.Set("X-Forwarded-Host", host)
	}
	if proto != "" {
		out.Header.Set("X-Forwarded-Proto", proto)
	}
	headers := identityOf(r.In.Context())
	if !p.config.PassToken || headers == nil {
		remove(out.Header, "Authorization")
	}
	maps.Copy(out.Header, headers)
}

// onlyWebSockets leaves no other upgrade: what follows one to h2c are requests that nobody has looked at,
// and so may those be that follow another.
func onlyWebSockets(h http.Header) {
	h.Del("Http2-Settings")
	if !strings.EqualFold(h.Get("Upgrade"), "websocket") {
		h.Del("Upgrade")
		h.Del("Connection")
	}
}

// forwarding are the headers that say who the client is. httputil removes them from the request.
func forwarding() []string {
	return []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"}
}

func (p *Proxy) trusts(remote string) bool {
	peer, err := netip.ParseAddrPort(remote)
	return err == nil && slices.ContainsFunc(p.config.TrustedProxies, func(network netip.Prefix) bool {
		return network.Contains(peer.Addr().WithZone("").Unmap())
	})
}

// upstreamURL is what the API is asked for.
func (p *Proxy) upstreamURL(r *http.Request) *url.URL {
	if p.config.Upstream == nil {
		return r.URL
	}
	out := &http.Request{URL: &url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath}}
	(&httputil.ProxyRequest{In: r, Out: out}).SetURL(p.config.Upstream)
	return out.URL
}

// failed answers for an API that does not. What the client did is not the API's fault: it sent what cannot
// be read, or went away, and then gets nothing.
func (p *Proxy) failed(w http.ResponseWriter, r *http.Request, err error) {
	status, detail := http.StatusBadGateway, "The API cannot be reached."
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout()) {
		status, detail = http.StatusGatewayTimeout, "The API did not answer in time."
	}
	var byClient int
	var fault string
	if o, ok := w.(*observed); ok {
		byClient, fault = o.upload.failure()
	}
	switch {
	case byClient != 0:
		status, detail = byClient, fault
	case errors.Is(r.Context().Err(), context.Canceled):
		status, detail = statusClientGone, ""
	default:
		p.config.Log.WarnContext(r.Context(), "the API does not answer", "cause", err)
	}
	p.expose(w, r)
	problem(w, status, detail)
}
