package client

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
)

// DocumentURL tells whether an id can be the URL of a client ID metadata document
// (draft-ietf-oauth-client-id-metadata-document section 3): https, with a path, and without a user, a fragment or
// segments of dots. One with a query string is not accepted, which the draft advises against, nor is any other
// that could not be registered.
func DocumentURL(id string) bool {
	if !validID(id) || !strings.HasPrefix(id, "https://") {
		return false
	}
	u, err := url.Parse(id)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.HasSuffix(u.Host, ":") || strings.ContainsFunc(u.Host, notInHost) || !provider.ValidPort(u.Port()) {
		return false
	}
	segments := strings.Split(u.Path, "/")
	return u.Path != "" && !slices.Contains(segments, ".") && !slices.Contains(segments, "..")
}

// FromDocument tells whether the client is what the metadata document at its id says. An operator who registers an
// id of that form, or makes such a client an operator's, decides what it is: then no document counts.
func (c *Client) FromDocument() bool { return c.SelfRegistered() && DocumentURL(c.ID) }

// DocumentHost is the host, and the port if it names one, of the id of a client from a document; empty: it is none.
func (c *Client) DocumentHost() string {
	if !c.FromDocument() {
		return ""
	}
	u, err := url.Parse(c.ID)
	if err != nil { // never of such an id
		return ""
	}
	return u.Host
}
