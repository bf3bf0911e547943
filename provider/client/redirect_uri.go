package client

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

func (c *Client) validateRedirectURIs(bad *Invalid) {
	for i, uri := range c.RedirectURIs {
		if why := redirectURIFault(uri, c.Type, c.AllowUndottedScheme); why != "" {
			bad.addItem("redirect_uris", i, fault.New(why, "value", strconv.Quote(uri)))
		}
	}
	if len(c.RedirectURIs) > maxListed || repeats(c.RedirectURIs) {
		bad.add("redirect_uris", fault.New(fault.Redirects, "most", maxListed))
	}
}

// ValidRedirectURI tells whether a client of a type can be registered with a redirect URI. Undotted: it may have
// schemes without a dot.
func ValidRedirectURI(uri string, kind Type, undotted bool) bool {
	return redirectURIFault(uri, kind, undotted) == ""
}

// redirectURIFault says what is wrong with a redirect URI, or nothing. What is refused here need not
// be checked again when a response is sent.
func redirectURIFault(uri string, kind Type, undotted bool) fault.Code {
	if len(uri) > 2000 || strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' }) {
		return fault.URICharacters
	}
	u, err := url.Parse(uri)
	switch {
	case err != nil || u.Scheme == "":
		return fault.URIAbsolute
	case strings.Contains(uri, "#"):
		return fault.URIFragment
	case strings.Contains(uri, "*"):
		return fault.URIWildcard
	case u.User != nil:
		return fault.URIUser
	case strings.ContainsFunc(u.Host, notInHost):
		return fault.URIHost
	case !provider.ValidPort(u.Port()):
		return fault.URIPort
	}
	switch scheme := strings.ToLower(u.Scheme); {
	case scheme == "https" && u.Host != "":
		return ""
	case scheme == "http" && Loopback(u.Hostname()):
		return ""
	case scheme == "http" || scheme == "https":
		return fault.URIHTTPS
	case kind != Native:
		return fault.URINative
	case strings.Contains(scheme, "."):
		return ""
	case TakenScheme(scheme):
		return fault.URITaken
	case !undotted:
		// RFC 8252 section 7.1: a private-use scheme is a reversed domain name.
		return fault.URIUndotted
	default:
		return ""
	}
}

// TakenScheme tells whether a scheme, in lower case, is one that no client may have.
func TakenScheme(scheme string) bool {
	return scheme == "http" || scheme == "https" || slices.Contains(takenSchemes(), scheme)
}

// takenSchemes are those of browsers and of common programs: some would execute what is sent to
// them.
func takenSchemes() []string {
	return []string{
		"javascript", "data", "vbscript", "livescript", "mocha", "file", "blob", "filesystem", "about", "view-source", "jar", "resource", "chrome",
		"chrome-extension", "moz-extension", "ms-browser-extension", "edge", "res", "mhtml", "intent", "android-app", "content",
		"ws", "wss", "ftp", "ftps", "sftp", "ssh", "telnet", "gopher", "ldap", "ldaps", "smb", "nfs", "dict", "news", "nntp", "irc",
		"mailto", "tel", "sms", "sip", "sips", "geo", "magnet", "bitcoin", "urn", "cid", "mid", "tag", "market", "shell", "search-ms", "ms-settings",
	}
}

// Undotted tells whether a redirect URI has a private-use scheme that is no domain name: any program
// can register it with the operating system and receive the responses.
func Undotted(uri string) bool {
	u, err := url.Parse(uri)
	return err == nil && u.Scheme != "http" && u.Scheme != "https" && !strings.Contains(u.Scheme, ".")
}

// notInHost finds characters that a URI may have in its host and a host name cannot, such as a
// semicolon or a percent sign: two parsers could read different hosts.
func notInHost(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-:[]", r)
}

// Loopback tells whether a host is a loopback literal or localhost.
func Loopback(host string) bool {
	return slices.Contains([]string{"127.0.0.1", "::1", "localhost"}, host)
}

// Origins lists the web origins of a public client as browsers write them, according to its redirect URIs: scripts of
// those may call the token endpoint across origins.
func (c *Client) Origins() []string {
	if !c.Public() {
		return nil
	}
	var origins []string
	for _, uri := range c.RedirectURIs {
		if origin := OriginOf(uri); origin != "" && !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	return origins
}
