package client

import (
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

const (
	// MaxRequestURI is the length of a request_uri in bytes (RFC 9101 section 5.2.1).
	MaxRequestURI  = 512
	maxRequestURIs = 50
)

// MatchRequestURI tells whether the client may name a request_uri. It must be a registered one, exactly.
// The fragment may differ: clients change it when the content changes (OpenID Connect Core section 6.2),
// and it is not sent to their server.
func (c *Client) MatchRequestURI(uri string) bool {
	if len(uri) > MaxRequestURI {
		return false
	}
	sent, _, _ := strings.Cut(uri, "#")
	for _, registered := range c.RequestURIs {
		if at, _, _ := strings.Cut(registered, "#"); at == sent {
			return true
		}
	}
	return false
}

// validateRequestObjects: an object that no key of the client verifies could never be accepted.
func (c *Client) validateRequestObjects(bad *Invalid) {
	if c.RequireSignedRequestObject && c.JWKS == "" && c.JWKSURI == "" {
		bad.add("require_signed_request_object", fault.New(fault.ObjectKeys))
	}
	if len(c.RequestURIs) > maxRequestURIs || repeats(c.RequestURIs) {
		bad.add("request_uris", fault.New(fault.Redirects, "most", maxRequestURIs))
	}
	for i, uri := range c.RequestURIs {
		u, err := url.Parse(uri)
		odd := strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' })
		if err != nil || odd || u.Scheme != "https" || u.Host == "" || !provider.ValidPort(u.Port()) || u.User != nil || len(uri) > MaxRequestURI {
			bad.addItem("request_uris", i, fault.New(fault.HTTPS))
		}
	}
}
