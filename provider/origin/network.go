package origin

import "net/netip"

// Network is the network of an address, as far as it tells a person where something was done and not more: 24 bits
// of IPv4, 48 of IPv6. What is no address has none.
func Network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	a = a.Unmap().WithZone("")
	bits := 48
	if a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}
