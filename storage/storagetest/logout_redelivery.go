package storagetest

import (
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/logout"
)

// settled claims the next delivery to a client and stores what became of it.
func (f *fixture) settled(t *testing.T, clientID string, state logout.State, next time.Time) logout.Delivery {
	t.Helper()
	d, err := f.ClaimLogout(t.Context(), clientID, f.clock(), f.clock().Add(15*time.Second))
	require.NoError(t, err)
	d.State, d.NextAt, d.TriedAt = state, next, new(f.clock())
	require.NoError(t, f.SettleLogout(t.Context(), d))
	return d
}

// What failed is sent again when an operator says so, what waits at once, and what was delivered, or is on its way, not.
func testLogoutRedelivery(t *testing.T, f *fixture) {
	ctx, operator := t.Context(), audit.BackgroundJob("test")
	f.told(t, "app", "https://app.example/out", false)
	f.told(t, "other", "https://other.example/out", false)
	f.signedOut(t, "app", f.user(t, "alice"), f.user(t, "bob"), f.user(t, "carol"))
	r := logout.NewRegistry(f, audit.NewGate(f.Store, f.Store, event.NewBus(), f.clock, rand.Reader), f.clock)
	list := func(of logout.Filter) (ids []provider.ID) {
		found, err := r.List(ctx, of, 10)
		require.NoError(t, err)
		for _, d := range found {
			ids = append(ids, d.ID)
		}
		return ids
	}
	delivered := f.settled(t, "app", logout.Delivered, f.clock())
	failed := f.settled(t, "app", logout.Failed, f.clock())
	waits := f.settled(t, "app", logout.Pending, f.clock().Add(time.Hour))
	assert.Equal(t, []provider.ID{failed.ID}, list(logout.Filter{State: logout.Failed}))
	assert.Equal(t, []provider.ID{delivered.ID}, list(logout.Filter{ClientID: "app", State: logout.Delivered}))
	assert.Empty(t, list(logout.Filter{ClientID: "other"}))

	due := func() bool {
		ids, _, err := f.DueLogouts(ctx, f.clock(), "", 10)
		require.NoError(t, err)
		return len(ids) > 0
	}
	require.ErrorIs(t, r.Redeliver(ctx, operator, "app", delivered.ID), provider.ErrNotFound)
	require.ErrorIs(t, r.Redeliver(ctx, operator, "other", failed.ID), provider.ErrNotFound, "of another client")
	require.ErrorIs(t, r.Redeliver(ctx, operator, "app", f.newID()), provider.ErrNotFound)
	n, err := r.RedeliverFailed(ctx, operator, "other", f.clock().Add(-time.Hour))
	require.NoError(t, err)
	assert.Zero(t, n)
	require.ErrorIs(t, r.Redeliver(ctx, audit.Actor{Kind: audit.ClientActor, ID: "reader", Scopes: []string{audit.ReadScope("clients")}}, "app", failed.ID), audit.ErrForbidden)
	require.False(t, due())

	require.NoError(t, r.Redeliver(ctx, operator, "app", waits.ID))
	d, err := f.ClaimLogout(ctx, "app", f.clock(), f.clock().Add(15*time.Second))
	require.NoError(t, err)
	assert.Equal(t, waits.ID, d.ID)
	assert.Equal(t, 2, d.Tries, "its attempts still count")
	require.NoError(t, r.Redeliver(ctx, operator, "app", waits.ID))
	assert.False(t, due(), "it is on its way, and must not be sent twice at once")

	n, err = r.RedeliverFailed(ctx, operator, "app", f.clock().Add(time.Hour))
	require.NoError(t, err)
	assert.Zero(t, n, "it is older")
	n, err = r.RedeliverFailed(ctx, operator, "app", f.clock().Add(-time.Hour))
	require.NoError(t, err)
	assert.EqualValues(t, 1, n)
	d, err = f.ClaimLogout(ctx, "app", f.clock(), f.clock().Add(15*time.Second))
	require.NoError(t, err)
	assert.Equal(t, failed.ID, d.ID)
	assert.Equal(t, 1, d.Tries, "all attempts again")

	records, err := f.Records(ctx, audit.Filter{Action: audit.ClientRedeliverLogout, ClientID: "app"}, 20)
	require.NoError(t, err)
	require.NotEmpty(t, records)
	assert.Equal(t, "app", records[0].Target.ID)
}
