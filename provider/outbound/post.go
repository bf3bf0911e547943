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
	"slices"
	"strconv"
	"strings"
	"time"

	"code.dny.dev/ssrf"
)

// Poster sends messages to the receivers of webhooks.
type Poster struct {
	http      *http.Client
	cleartext []string
}

// NewPoster makes a Poster. Http is allowed to the hosts that o allows, https to all.
// A request may take as long as timeout. It returns an error when CA holds no certificate.
func NewPoster(o Options, timeout time.Duration) (*Poster, error) {
	c, err := newClient(o, timeout)
	if err != nil {
		return nil, err
	}
	return &Poster{c, o.Allow}, nil
}

// Post sends a message. The response is not read beyond its header, so that nothing of an internal
// server comes back. Fault is a class of errors when there was no response, else empty.
func (p *Poster) Post(ctx context.Context, address string, headers map[string]string, body []byte) (status int, retryAfter time.Duration, fault string) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !slices.Contains(p.cleartext, strings.ToLower(u.Hostname()))) {
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
