package client

import (
	"net/url"
	"slices"
)

// Destination is what people see of the address that a response goes to.
func Destination(uri string) string {
	u, err := url.Parse(uri)
	if err != nil { // never: it is registered
		return uri
	}
	if u.Host == "" {
		return u.Scheme + ":"
	}
	return u.Host
}

// Hosts are those that are known of the client: that of its metadata document, or else what people see of its
// redirect URIs.
func (c *Client) Hosts() []string {
	if host := c.DocumentHost(); host != "" {
		return []string{host}
	}
	var hosts []string
	for _, uri := range c.RedirectURIs {
		if host := Destination(uri); !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}
