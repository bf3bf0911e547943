package client

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// validateVisited checks the addresses of the client that this server posts to, frames or links.
func (c *Client) validateVisited(bad *Invalid) {
	for _, v := range []struct{ property, uri string }{
		{"backchannel_logout_uri", c.BackChannelLogoutURI},
		{"frontchannel_logout_uri", c.FrontChannelLogoutURI},
		{"initiate_login_uri", c.InitiateLoginURI},
	} {
		if v.uri == "" {
			continue
		}
		if why := visitedFault(v.uri); why != "" {
			bad.add(v.property, fault.New(why, "value", strconv.Quote(v.uri)))
		} else if v.property == "frontchannel_logout_uri" && !c.redirectsTo(OriginOf(v.uri)) {
			bad.add(v.property, fault.New(fault.FrontChannelOrigin, "value", strconv.Quote(v.uri)))
		}
	}
	if c.BackChannelLogoutSessionRequired && c.BackChannelLogoutURI == "" {
		bad.add("backchannel_logout_session_required", fault.New(fault.NeedsLogoutURI, "property", "backchannel_logout_uri"))
	}
	if c.FrontChannelLogoutSessionRequired && c.FrontChannelLogoutURI == "" {
		bad.add("frontchannel_logout_session_required", fault.New(fault.NeedsLogoutURI, "property", "frontchannel_logout_uri"))
	}
}

// visitedFault says what is wrong with such an address, or nothing. It has the rules of a redirect URI
// of a web client: https, or http on this machine (see Loopback), without a fragment or a user.
func visitedFault(uri string) fault.Code {
	why := redirectURIFault(uri, Web, false)
	if why == fault.URINative {
		return fault.URIHTTPS
	}
	return why
}

// redirectsTo tells whether a redirect URI is of an origin (OpenID Connect Front-Channel Logout
// section 2): otherwise a client could have the pages of others framed.
func (c *Client) redirectsTo(origin string) bool {
	return slices.ContainsFunc(c.RedirectURIs, func(uri string) bool { return OriginOf(uri) == origin })
}

// FrontChannelLogoutOrigin is the origin of FrontChannelLogoutURI, or empty.
func (c *Client) FrontChannelLogoutOrigin() string { return OriginOf(c.FrontChannelLogoutURI) }

// OriginOf is the origin of an http or https URI as browsers write it, or empty.
func OriginOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" {
		return ""
	}
	scheme, host, port := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	switch {
	case scheme != "https" && scheme != "http":
		return ""
	case port == "" || scheme == "https" && port == "443" || scheme == "http" && port == "80":
		return scheme + "://" + host
	default:
		return scheme + "://" + host + ":" + port
	}
}
