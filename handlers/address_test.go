package handlers

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func trustedForTest() proxies {
	return proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"no proxy":                         {"192.0.2.1:1234", nil, "192.0.2.1"},
		"client pretends to be a proxy":    {"192.0.2.1:1234", []string{"198.51.100.9"}, "192.0.2.1"},
		"one proxy":                        {"10.0.0.1:1", []string{"198.51.100.9"}, "198.51.100.9"},
		"client prepends an address":       {"10.0.0.1:1", []string{"127.0.0.1, 198.51.100.9"}, "198.51.100.9"},
		"client prepends a proxy":          {"10.0.0.1:1", []string{"10.0.0.7, 198.51.100.9"}, "198.51.100.9"},
		"two proxies":                      {"10.0.0.1:1", []string{"1.2.3.4, 198.51.100.9, 10.0.0.2"}, "198.51.100.9"},
		"two header lines":                 {"10.0.0.1:1", []string{"1.2.3.4", "198.51.100.9 ,10.0.0.2"}, "198.51.100.9"},
		"all are proxies":                  {"10.0.0.1:1", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"proxy without the header":         {"10.0.0.1:1", nil, "10.0.0.1"},
		"garbage alone":                    {"10.0.0.1:1", []string{"a"}, "10.0.0.1"},
		"client prepends garbage":          {"10.0.0.1:1", []string{"a, 198.51.100.9"}, "198.51.100.9"},
		"garbage hides what is left of it": {"10.0.0.1:1", []string{"203.0.113.5, a, 10.0.0.2"}, "10.0.0.2"},
		"empty":                            {"10.0.0.1:1", []string{"", " , "}, "10.0.0.1"},
		"unknown, as RFC 7239 spells it":   {"10.0.0.1:1", []string{"unknown"}, "10.0.0.1"},
		"with ports":                       {"10.0.0.1:1", []string{"198.51.100.9:443"}, "198.51.100.9"},
		"IPv6 with brackets and port":      {"[fd00::1]:1", []string{"[2001:db8::9]:443"}, "2001:db8::9"},
		"IPv6 with brackets":               {"[fd00::1]:1", []string{"[2001:db8::9]"}, "2001:db8::9"},
		"IPv6 with a zone":                 {"[fd00::1%eth0]:1", []string{"2001:db8::9"}, "2001:db8::9"},
		"IPv4 in IPv6 is the proxy too":    {"[::ffff:10.0.0.1]:1", []string{"::ffff:198.51.100.9"}, "198.51.100.9"},
		"octal is no address":              {"10.0.0.1:1", []string{"010.1.1.1"}, "10.0.0.1"},
	} {
		assert.Equal(t, c.want, trustedForTest().clientAddress(parseAddress(c.peer), c.forwarded).String(), name)
	}
}

func TestWithoutTrustedProxiesXForwardedForIsIgnored(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "10.0.0.1", proxies(nil).clientAddress(parseAddress("10.0.0.1:1"), []string{"1.2.3.4"}).String())
}

func FuzzForwardedForNeverGivesAnAddressThatTheCallerChose(f *testing.F) {
	for _, sent := range []string{"", "a", "1.2.3.4", "10.0.0.1,", ",,,", "[::1]:1", "10.0.0.9, 1.2.3.4", "::ffff:10.0.0.1%x"} {
		f.Add(sent)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		trusted := trustedForTest()
		caller := netip.MustParseAddr("192.0.2.1")
		if got := trusted.clientAddress(caller, []string{sent}); got != caller {
			t.Fatalf("a client chose %s", got)
		}
		// The proxy appends the address that it saw; what is left of it has no effect.
		proxy := netip.MustParseAddr("10.0.0.1")
		if got := trusted.clientAddress(proxy, []string{sent + ", 192.0.2.1"}); got != caller {
			t.Fatalf("%q hid the client as %s", sent, got)
		}
		if got := trusted.clientAddress(proxy, strings.Split(sent, "\n")); !got.IsValid() {
			t.Fatalf("%q left the request without an address", sent)
		}
	})
}
