package origin_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/origin"
)

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

func TestNetworkOfAnAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.77": "192.0.2.0/24", "::ffff:192.0.2.77": "192.0.2.0/24", "2001:db8:1:2:3::4": "2001:db8:1::/48", "fe80::1%eth0": "fe80::/48",
		"": "", "noise": "", "192.0.2.0/24": "",
	} {
		assert.Equal(t, want, origin.Network(address), address)
	}
}

// Nobody has a text of their own in a message of ours.
func TestDeviceHasNoWordOfItsSender(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "Firefox, Linux", origin.Device(firefox))
	for _, agent := range []string{"", "curl/8.1", "Win-a-prize/1.0 (evil.example)", strings.Repeat("x", 600) + firefox} {
		assert.Empty(t, origin.Device(agent), agent)
	}
}

type request audit.Origin

func (r request) Origin() audit.Origin { return audit.Origin(r) }

func TestOriginOfARequest(t *testing.T) {
	t.Parallel()
	device, network := origin.Of(audit.WithRequest(t.Context(), request{Address: "192.0.2.77", UserAgent: firefox}))
	assert.Equal(t, []string{"Firefox, Linux", "192.0.2.0/24"}, []string{device, network})
	device, network = origin.Of(t.Context())
	assert.Empty(t, device+network)
}
