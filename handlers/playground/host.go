package playground

import (
	"net"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// ownAddress is where the page is under the name of the issuer, for a browser that came by another name of this
// machine; otherwise it is empty. A sign-in comes back to the issuer, where the browser sends no cookie of the
// other name. Behind a proxy the name of a request says nothing, so it counts for the same port alone.
func (p *Playground) ownAddress(r *http.Request) string {
	issuer, err := url.Parse(p.Issuer)
	if err != nil {
		return ""
	}
	name, port, err := net.SplitHostPort(r.Host)
	if err != nil || port != issuer.Port() || name == issuer.Hostname() || !client.Loopback(name) || !client.Loopback(issuer.Hostname()) {
		return ""
	}
	return p.Issuer + r.URL.Path
}
