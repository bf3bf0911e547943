package provider_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider"
)

func TestPortsAreInTheirRange(t *testing.T) {
	t.Parallel()
	for _, port := range []string{"", "1", "443", "65535"} {
		assert.True(t, provider.ValidPort(port), "%q", port)
	}
	for _, port := range []string{"0", "65536", "99999", "080", "+80", "-1", "80a"} {
		assert.False(t, provider.ValidPort(port), "%q", port)
	}
}
