package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"code.dny.dev/ssrf"
	"golang.org/x/net/idna"
)

// Poster sends messages to the receivers of webhooks.
type Poster struct {
	http    *http.Client
	options Options
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
	tls     *tls.Config
}

// NewPoster makes a Poster. Http is allowed to the hosts that o allows, https to all.
// A request may take as long as timeout. It returns an error when CA holds no certificate.
func NewPoster(o Options, timeout time.Duration) (*Poster, error) {
	c, err := newClient(o, timeout)
	if err != nil {
		return nil, err
	}
	encryption, err := tlsConfig(o)
	if err != nil {
		return nil, err
	}
	return &Poster{http: c, options: o, dial: o.dial(), tls: encryption}, nil
}

// Reach connects to a receiver as Post does, and sends nothing. Fault is empty, or a class of errors.
func (p *Poster) Reach(ctx context.Context, address string) (fault string) {
	u, fine := p.receiver(ctx, address)
	if !fine {
		return "refused_url"
	}
	host, port := u.Hostname(), u.Port()
	if ascii, err := idna.Lookup.ToASCII(host); err == nil { // as net/http does; it fails for IP addresses of version 6
		host = ascii
	}
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	ctx, cancel := context.WithTimeout(ctx, p.http.Timeout)
	defer cancel()
	connection, err := p.dial(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return class(err)
	}
	defer func() { _ = connection.Close() }()
	if u.Scheme != "https" {
		return ""
	}
	encryption := p.tls.Clone()
	encryption.ServerName = host
	if err := tls.Client(connection, encryption).HandshakeContext(ctx); err != nil {
		return class(err)
	}
	return ""
}

// receiver reads an address that a message may be sent to.
func (p *Poster) receiver(ctx context.Context, address string) (_ *url.URL, fine bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, false
	}
	return u, u.Scheme == "https" || u.Scheme == "http" && p.options.allowed(ctx, strings.ToLower(u.Hostname()))
}

// Post sends a message. The response is not read beyond its header, so that nothing of an internal
// server comes back. Fault is a class of errors when there was no response, else empty.
func (p *Poster) Post(ctx context.Context, address string, headers map[string]string, body []byte) (status int, retryAfter time.Duration, fault string) {
	u, fine := p.receiver(ctx, address)
	if !fine {
		return 0, 0, "refused_url"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return 0, 0, "refused_url"
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("User-Agent", "Gatehouse")
	response, err := p.http.Do(request)
	if err != nil {
		return 0, 0, class(err)
	}
	defer func() { _ = response.Body.Close() }()
	// Only seconds: a date would depend on two clocks.
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		retryAfter = time.Duration(min(seconds, 1<<20)) * time.Second
	}
	return response.StatusCode, retryAfter, ""
}

// class tells an operator what is wrong without the words of a peer, or what is behind the firewall.
func class(err error) string {
	var (
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError
		timeout     net.Error
	)
	switch {
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork), errors.Is(err, ssrf.ErrProhibitedPort), errors.Is(err, ssrf.ErrInvalidHostPort):
		return "refused_address"
	case errors.As(err, &dns):
		return "dns"
	case errors.As(err, &certificate), errors.As(err, &authority):
		return "tls"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	default:
		return "connection"
	}
}
