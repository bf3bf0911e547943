package client

import (
	"net/url"
	"strings"
)

// InitiateLogin is where a browser begins a sign-in with an issuer to the client that registered the URI for that
// (OpenID Connect Core section 4), or empty.
func InitiateLogin(uri, issuer string) string {
	if uri == "" {
		return ""
	}
	return WithQuery(uri, url.Values{"iss": {issuer}})
}

// WithQuery adds parameters to a registered URI, which itself stays exactly as it is (RFC 6749
// section 3.1.2): parsing and encoding its query again would change the order, and lose what is no
// pair of name and value.
func WithQuery(address string, params url.Values) string {
	separator := "?"
	switch {
	case strings.HasSuffix(address, "?") || strings.HasSuffix(address, "&"):
		separator = ""
	case strings.Contains(address, "?"):
		separator = "&"
	}
	return address + separator + params.Encode()
}
