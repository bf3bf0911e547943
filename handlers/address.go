package handlers

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
)

// findClientAddress records the IP address that the request came from. Limits count by it, so a
// client must not be able to choose it (authentik CVE-2023-36456).
func findClientAddress(trusted proxies, untrusted *undeclared, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, forwarded := parseAddress(r.RemoteAddr), r.Header["X-Forwarded-For"]
		canonical.From(r.Context()).ClientAddress = trusted.clientAddress(peer, forwarded)
		if len(forwarded) > 0 && !trusted.contains(peer) {
			untrusted.saw(r.Context(), peer)
		}
		next.ServeHTTP(w, r)
	})
}

// proxies are the networks whose X-Forwarded-For is trusted.
type proxies []netip.Prefix

func (p proxies) contains(a netip.Addr) bool {
	for _, network := range p {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// clientAddress follows X-Forwarded-For from the peer to the left and stops at the first address
// that is not a trusted proxy: that one can invent everything left of it. A malformed entry ends the
// search too, at the last trusted proxy, so that every request has an address (authentik
// CVE-2024-47070).
func (p proxies) clientAddress(peer netip.Addr, forwarded []string) netip.Addr {
	address := peer
	for i := len(forwarded) - 1; i >= 0; i-- {
		for rest, more := forwarded[i], true; more; {
			if !p.contains(address) {
				return address
			}
			var entry string
			rest, entry, more = cutLast(rest)
			hop := parseAddress(strings.TrimSpace(entry))
			if !hop.IsValid() {
				return address
			}
			address = hop
		}
	}
	return address
}

// cutLast splits a list at its last comma.
func cutLast(list string) (rest, last string, more bool) {
	if at := strings.LastIndexByte(list, ','); at >= 0 {
		return list[:at], list[at+1:], true
	}
	return "", list, false
}

// parseAddress reads an IP address with or without a port. IPv4 in IPv6 is the same host as IPv4,
// and a zone has no meaning on another host.
func parseAddress(text string) netip.Addr {
	address, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if err != nil {
		withPort, err := netip.ParseAddrPort(text)
		if err != nil {
			return netip.Addr{}
		}
		address = withPort.Addr()
	}
	return address.WithZone("").Unmap()
}
