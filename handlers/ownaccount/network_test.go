package ownaccount

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/session"
)

func TestNetworkOfAnAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.77": "192.0.2.0/24", "::ffff:192.0.2.77": "192.0.2.0/24", "2001:db8:1:2:3::4": "2001:db8:1::/48", "fe80::1%eth0": "fe80::/48",
		"": "", "noise": "", "192.0.2.0/24": "",
	} {
		assert.Equal(t, want, network(address), address)
	}
}

func TestDeviceHasNoWordOfALanguage(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "Firefox, Linux", device(session.Browser{UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}))
	assert.Empty(t, device(session.Browser{}))
}
