package ratelimit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Documents of unknown clients are counted by the address that has them fetched, of IPv6 by the household.
func TestDocumentsOfUnknownClientsAreLimited(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	d := ratelimit.NewDocuments(ratelimit.NewMemory(func() time.Time { return now }), table)
	take := func(address string) time.Duration {
		wait, err := d.Take(t.Context(), address)
		require.NoError(t, err)
		return wait
	}
	for range 30 {
		require.Zero(t, take("2001:db8::1"))
	}
	assert.Equal(t, 2*time.Minute, take("2001:db8::2"))
	assert.Zero(t, take("192.0.2.1"))
	now = now.Add(2 * time.Minute)
	assert.Zero(t, take("2001:db8::1"))
	_, err = d.Take(t.Context(), "nowhere")
	require.Error(t, err)

	table, err = ratelimit.NewTable(map[string]ratelimit.Limit{ratelimit.ClientDocumentPrefix: {}})
	require.NoError(t, err)
	d = ratelimit.NewDocuments(ratelimit.NewMemory(func() time.Time { return now }), table)
	for range 100 {
		require.Zero(t, take("192.0.2.1"), "a proxy limits them")
	}
}
