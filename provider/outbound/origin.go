package outbound

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Origin sends requests to one origin and to nothing else: a development server's own, for the requests
// that it shows to developers.
type Origin struct {
	http           *http.Client
	scheme, origin string
}

// Reply is a response of any status.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	// Cut: the body was longer, and ends here.
	Cut bool
}

// NewOrigin makes an Origin. It may be on a private address, and without TLS: the operator chose it. It
// returns an error when origin is none, or when CA holds no certificate.
func NewOrigin(o Options, origin string) (*Origin, error) {
	u, err := url.Parse(origin)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.String() != u.Scheme+"://"+u.Host {
		return nil, fmt.Errorf("outbound: %q is not an origin", origin)
	}
	o.Allow = []string{strings.ToLower(u.Hostname())}
	c, err := newClient(o, timeout)
	if err != nil {
		return nil, err
	}
	return &Origin{http: c, scheme: u.Scheme, origin: u.Host}, nil
}

// Do sends a request and reads at most maxBody bytes of the body of the response. Redirects are not
// followed. A request to another origin is ErrFetch.
func (c *Origin) Do(ctx context.Context, method, address string, header http.Header, body string, maxBody int64) (Reply, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != c.scheme || u.Host != c.origin || u.User != nil {
		return Reply{}, fmt.Errorf("%w: not this server", ErrFetch)
	}
	request, err := http.NewRequestWithContext(ctx, method, u.String(), strings.NewReader(body))
	if err != nil {
		return Reply{}, fmt.Errorf("%w: %w", ErrFetch, err)
	}
	request.Header = header.Clone()
	response, err := c.http.Do(request)
	if err != nil {
		return Reply{}, fmt.Errorf("%w: %w", ErrFetch, err)
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return Reply{}, fmt.Errorf("%w: read: %w", ErrFetch, err)
	}
	cut := int64(len(read)) > maxBody
	if cut {
		read = read[:maxBody]
	}
	return Reply{Status: response.StatusCode, Header: response.Header, Body: read, Cut: cut}, nil
}
