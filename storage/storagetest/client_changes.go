package storagetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
)

// What clients do to themselves leaves the catalogue version as it is, and is known by their ids.
func testClientChanges(t *testing.T, f *fixture) {
	ctx := t.Context()
	catalogue, seen, err := f.Versions(ctx)
	require.NoError(t, err)
	changed := func(upTo int64) []string {
		ids, err := f.ChangedClients(ctx, seen, upTo)
		require.NoError(t, err)
		slices.Sort(ids)
		return ids
	}
	told := func(what string, ids ...string) {
		same, now, err := f.Versions(ctx)
		require.NoError(t, err)
		assert.Equal(t, catalogue, same, what)
		assert.Equal(t, seen+int64(len(ids)), now, what)
		assert.Equal(t, ids, changed(now), what)
		seen = now
	}
	f.selfRegistered(t, "a", f.clock())
	told("no origin is allowed by it")
	browser := sampleClient("b", f.clock())
	browser.AuthMethod, browser.Secrets, browser.RedirectURIs, browser.Restricted = "none", nil, []string{"https://b.example/cb"}, false
	require.NotEmpty(t, browser.Origins())
	require.NoError(t, f.AddClient(ctx, browser))
	told("an origin is", "b")
	browser.Name = "B"
	require.NoError(t, f.UpdateOwnClient(ctx, browser))
	told("update", "b")
	require.ErrorIs(t, f.DeleteClients(ctx, []string{"a", "nobody"}), provider.ErrNotFound)
	told("of what is not done")
	require.NoError(t, f.DeleteClients(ctx, []string{"a", "b"}))
	told("delete", "a", "b")
	var many []string
	require.NoError(t, f.InTx(ctx, func(ctx context.Context) error {
		for i := range 1100 { // more than are kept
			c := sampleClient(fmt.Sprint("c", i), f.clock())
			c.Restricted = false
			many = append(many, c.ID)
			if err := f.AddClient(ctx, c); err != nil {
				return err
			}
		}
		return f.DeleteClients(ctx, many)
	}))
	_, now, err := f.Versions(ctx)
	require.NoError(t, err)
	assert.Equal(t, seen+1100, now)
	assert.Len(t, changed(now), 1024)
}

// Each is counted, also of those at once.
func testRegistrationCounts(t *testing.T, f *fixture) {
	ctx := t.Context()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			assert.NoError(t, f.InTx(ctx, func(ctx context.Context) error { return f.CountRegistration(ctx, []string{"", "192.0.2.1/32"}, 100) }))
		})
	}
	wg.Wait()
	require.NoError(t, f.CountRegistration(ctx, []string{"", "2001:db8::/64"}, 101))
	counts, err := f.RegistrationCounts(ctx, []string{"", "192.0.2.1/32", "192.0.2.2/32"}, 99)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"": 9, "192.0.2.1/32": 8}, counts)
	counts, err = f.RegistrationCounts(ctx, []string{"", "192.0.2.1/32"}, 100)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"": 1}, counts)
}
