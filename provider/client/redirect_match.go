package client

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
)

// MatchRedirectURI tells whether a response may be sent to uri: it must be exactly one of the
// registered ones (RFC 9700 section 2.1). The only exception is RFC 8252 section 7.3: a native
// client that registered an http URI of a loopback address may choose the port, since the operating
// system assigns one at run time; localhost counts as such an address, as libraries for command
// lines use it (section 8.3 advises against it and does not forbid it). fosite allows that to every
// client and ignores scheme and user information.
func (c *Client) MatchRedirectURI(uri string) bool {
	if slices.Contains(c.RedirectURIs, uri) {
		return true
	}
	if c.Type != Native {
		return false
	}
	asked, ok := withoutPort(uri)
	return ok && slices.ContainsFunc(c.RedirectURIs, func(registered string) bool {
		kept, ok := withoutPort(registered)
		return ok && kept == asked
	})
}

// withoutPort removes the port from an http URI of a loopback address. The rest is unchanged:
// parsing and encoding it again would make %2F and / the same.
func withoutPort(uri string) (string, bool) {
	for _, prefix := range []string{"http://127.0.0.1", "http://[::1]", "http://localhost"} {
		rest, ok := strings.CutPrefix(uri, prefix)
		if !ok {
			continue
		}
		if port, after, found := cutPort(rest); found {
			rest = after
			if port == "" || !provider.ValidPort(port) {
				return "", false
			}
		}
		if rest != "" && rest[0] != '/' && rest[0] != '?' {
			return "", false
		}
		if _, err := url.Parse(uri); err != nil || strings.Contains(uri, "#") {
			return "", false
		}
		return prefix + rest, true
	}
	return "", false
}

// cutPort splits ":8080/cb" into the port and what follows it.
func cutPort(rest string) (port, after string, found bool) {
	if !strings.HasPrefix(rest, ":") {
		return "", rest, false
	}
	end := strings.IndexAny(rest[1:], "/?")
	if end < 0 {
		return rest[1:], "", true
	}
	return rest[1 : 1+end], rest[1+end:], true
}

// Impersonable tells whether another program on the user's machine could receive what is sent to
// uri: then consent is asked for each time (RFC 8252 section 8.6).
func Impersonable(uri string) bool {
	u, err := url.Parse(uri)
	return err != nil || u.Scheme != "https"
}
