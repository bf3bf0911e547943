package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A setting that could have no effect is refused, since it would look as if it had one.
func TestSettingsOfClientRegistrationThatHaveNoEffect(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		change func(c *config)
		fault  string
	}{
		{func(c *config) { c.ClientRegistrationSchemes = []string{"cursor"} }, ""},
		{func(c *config) { c.ClientRegistrationSchemes = []string{"cursor", "javascript"} }, `"javascript" is a scheme of browsers`},
		{func(c *config) { c.ClientRegistrationSchemes = []string{"http"} }, `"http" is a scheme of browsers`},
		{func(c *config) { c.OutboundAllow = []string{"localhost", "::1"} }, ""},
		{func(c *config) { c.OutboundAllow = []string{"http://x"} }, `"http://x" must be the name of a host`},
		{func(c *config) { c.ClientRegistrationOutboundAllow = []string{"https://x/"} }, `"https://x/" must be the name of a host`},
	} {
		c := config{clientRegistrationSettings: clientRegistrationSettings{ClientRegistrationUnused: time.Hour, ClientRegistrationIdle: time.Hour, ClientRegistrationLimit: 1}}
		tc.change(&c)
		if err := c.validateClientRegistration(); tc.fault == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, tc.fault)
		}
	}
}
