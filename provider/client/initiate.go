package client

import (
	"net/url"
	"strings"
)

// InitiateLogin is where a browser begins a sign-in to the client with an issuer (OpenID Connect Core
// section 4), or empty. The registered address stays as it is, with iss added.
func (c *Client) InitiateLogin(issuer string) string {
	if c.InitiateLoginURI == "" {
		return ""
	}
	separator := "?"
	if strings.Contains(c.InitiateLoginURI, "?") {
		separator = "&"
	}
	return c.InitiateLoginURI + separator + url.Values{"iss": {issuer}}.Encode()
}
