package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// timeout bounds a request from the DNS lookup to the last byte.
const timeout = 5 * time.Second

// ErrFetch: there is no usable response. The text says why and is for the operator: to the client
// that chose the URL it would reveal what is behind the firewall.
var ErrFetch = errors.New("fetch")

// Client fetches URLs.
type Client struct{ http *http.Client }

// Options are the operator's settings for fetches.
type Options struct {
	// Allow are hosts, as in a URL without the port, that may be connected to although their
	// addresses are private.
	Allow []string
	// AllowSelfRegistered are those for addresses that a client chose which registered itself: see SelfRegistered.
	AllowSelfRegistered []string
	// CA are additional trusted certificates in PEM; nil: none.
	CA []byte
	// Around, when set, wraps the transport, for tracing.
	Around func(http.RoundTripper) http.RoundTripper
}

// selfRegistered marks the context of a request.
type selfRegistered struct{}

// SelfRegistered is ctx for a request to an address that a client chose which registered itself: the hosts that the
// operator allowed for the addresses of the operator's own choice are no exception then.
func SelfRegistered(ctx context.Context) context.Context {
	return context.WithValue(ctx, selfRegistered{}, true)
}

// allowed tells whether a host, in lower case, may be connected to although its address is private.
func (o Options) allowed(ctx context.Context, host string) bool {
	if ctx.Value(selfRegistered{}) != nil {
		return slices.Contains(o.AllowSelfRegistered, host)
	}
	return slices.Contains(o.Allow, host)
}

// New makes a Client. It returns an error when CA holds no certificate.
func New(o Options) (*Client, error) {
	c, err := newClient(o, timeout)
	if err != nil {
		return nil, err
	}
	return &Client{c}, nil
}

func newClient(o Options, timeout time.Duration) (*http.Client, error) {
	encryption, err := tlsConfig(o)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{
		Proxy:                  nil, // a proxy would connect to addresses that dial refuses
		DialContext:            o.dial(),
		TLSClientConfig:        encryption,
		TLSHandshakeTimeout:    timeout,
		ResponseHeaderTimeout:  timeout,
		MaxResponseHeaderBytes: 32 << 10,
		DisableKeepAlives:      true, // fetches are rare; other servers need not keep connections open
		ForceAttemptHTTP2:      true,
	}
	var exchange http.RoundTripper = transport
	if o.Around != nil {
		exchange = o.Around(transport)
	}
	return &http.Client{
		Transport:     exchange,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

func tlsConfig(o Options) (*tls.Config, error) {
	roots, err := Roots(o.CA)
	if err != nil {
		return nil, err
	}
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, nil
}

// Roots are the certificates of the system and those of ca, in PEM, if that is not nil.
func Roots(ca []byte) (*x509.CertPool, error) {
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool() // a bare container has no system certificates
	}
	if ca != nil && !roots.AppendCertsFromPEM(ca) {
		return nil, errors.New("outbound: no certificate in the CA file")
	}
	return roots, nil
}

// dial refuses special addresses just before connecting. Hosts that the operator named are
// connected to without this check.
func (o Options) dial() func(ctx context.Context, network, address string) (net.Conn, error) {
	guard := ssrf.New(
		ssrf.WithAnyPort(),
		// Multicast is not in IANA's registry of special addresses.
		ssrf.WithDeniedV4Prefixes(netip.MustParsePrefix("224.0.0.0/4")),
	)
	guarded := &net.Dialer{Timeout: timeout, Control: func(network, address string, c syscall.RawConn) error {
		return guard.Safe(network, address, c)
	}}
	plain := &net.Dialer{Timeout: timeout}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		if o.allowed(ctx, strings.ToLower(host)) {
			return plain.DialContext(ctx, network, address)
		}
		return guarded.DialContext(ctx, network, address)
	}
}

// Fetched is a response.
type Fetched struct {
	Body []byte
	// MediaType is that of Content-Type, in lower case and without parameters; it may be empty.
	MediaType string
	// CacheControl is the header of that name; it may be empty.
	CacheControl string
}

// Get fetches an https URL of at most maxBody bytes. Every status but 200 is ErrFetch.
func (c *Client) Get(ctx context.Context, address, accept string, maxBody int64) (Fetched, error) {
	return c.GetWith(ctx, address, map[string]string{"Accept": accept}, maxBody)
}

// GetWith is Get with more headers. They must not be credentials.
func (c *Client) GetWith(ctx context.Context, address string, headers map[string]string, maxBody int64) (Fetched, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return Fetched{}, fmt.Errorf("%w: not an https URL", ErrFetch)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return Fetched{}, fmt.Errorf("%w: %w", ErrFetch, err)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("User-Agent", "Gatehouse")
	response, err := c.http.Do(request)
	if err != nil {
		return Fetched{}, fmt.Errorf("%w: %w", ErrFetch, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return Fetched{}, fmt.Errorf("%w: %s responded with status %d", ErrFetch, u.Host, response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return Fetched{}, fmt.Errorf("%w: read from %s: %w", ErrFetch, u.Host, err)
	}
	if int64(len(body)) > maxBody {
		return Fetched{}, fmt.Errorf("%w: %s sent more than %d bytes", ErrFetch, u.Host, maxBody)
	}
	mediaType, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")) // none if malformed
	return Fetched{Body: body, MediaType: mediaType, CacheControl: strings.Join(response.Header.Values("Cache-Control"), ",")}, nil
}

// Fresh is how long the response may be kept by its Cache-Control (RFC 9111 section 5.2.2). Said is false where that
// says nothing about it.
func (f Fetched) Fresh() (lifetime time.Duration, said bool) {
	for directive := range strings.SplitSeq(strings.ToLower(f.CacheControl), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store", "no-cache":
			return 0, true
		case "max-age":
			seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31)
			if err != nil {
				return 0, true
			}
			lifetime, said = time.Duration(seconds)*time.Second, true
		}
	}
	return lifetime, said
}
