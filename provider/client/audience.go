package client

import (
	"slices"
	"strings"
)

// RegisteredAudience is the audience of the client that a request names; false: there is none. Two URLs of http or
// https are the same if they differ in the letter case of scheme and host, in the default port, or in the slash of an
// empty path (RFC 3986 sections 6.2.2.1 and 6.2.3): libraries write each of them their own way. Nothing else is
// compared but exactly.
func (c *Client) RegisteredAudience(named string) (string, bool) {
	if c.MayReach(named) {
		return named, true
	}
	same := sameURL(named)
	at := slices.IndexFunc(c.Audience, func(a string) bool { return sameURL(a) == same })
	if at < 0 {
		return "", false
	}
	return c.Audience[at], true
}

// sameURL is a URL in the form that all of its spellings have. What is no URL with a host stays.
func sameURL(text string) string {
	scheme, rest, found := strings.Cut(text, "://")
	scheme = strings.ToLower(scheme)
	port, known := map[string]string{"https": ":443", "http": ":80"}[scheme]
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, path := rest[:end], rest[end:]
	if !found || !known || host == "" || strings.Contains(host, "@") {
		return text
	}
	if path == "/" {
		path = ""
	}
	return scheme + "://" + strings.TrimSuffix(strings.ToLower(host), port) + path
}
