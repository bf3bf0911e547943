package ratelimit

import (
	"net/netip"
	"time"
)

// Prefix is an address as budgets are counted by it: one IPv4 address, or an IPv6 /64, which a
// household usually has.
func Prefix(address netip.Addr) string {
	address = address.Unmap().WithZone("")
	bits := 32
	if address.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(address, bits).Masked().String()
}

// GuessKey is the key of attempts at the secret of a client from an address prefix.
func GuessKey(clientID, prefix string) string { return clientID + " " + prefix }

// AccountKey is the key of what an address prefix does to an account.
func AccountKey(account, prefix string) string { return account + " " + prefix }

// OwnLimit is the limit of a client that is registered with a rate in each second.
func OwnLimit(rate int) Limit { return Limit{Rate: rate, Per: time.Second, Burst: 2 * rate} }
