package registration_test

import (
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/registration"
	"github.com/gatehouse-id/gatehouse/storage"
)

func TestClientsThatNobodyUsesLeave(t *testing.T) {
	f := newFixture(t)
	expiry := registration.NewExpiry(f.store, f.gate, f.domain.Clock, f.settings.Idle)
	sweep := func() int64 {
		removed, err := expiry.Sweep(t.Context())
		require.NoError(t, err)
		return removed
	}
	exists := func(i *registration.Information) bool {
		_, err := f.store.Client(t.Context(), i.Client.ID)
		if err != nil {
			require.ErrorIs(t, err, provider.ErrNotFound)
		}
		return err == nil
	}
	unused, used, verified, disabled := f.register(nil), f.register(nil), f.register(nil), f.register(nil)
	withToken, err := f.registry().Register(t.Context(), registration.Request{Bearer: f.token(registration.InitialToken{}), Body: body(nil)})
	require.NoError(t, err)
	_, err = f.clients.Update(t.Context(), f.operator(), verified.Client.ID, func(c *client.Client) error { c.Trust = client.Verified; return nil })
	require.NoError(t, err)
	_, err = f.clients.Update(t.Context(), f.operator(), disabled.Client.ID, func(c *client.Client) error { c.Disabled = true; return nil })
	require.NoError(t, err)
	f.use(used.Client.ID, f.user("alice"))
	assert.Zero(t, sweep())

	f.advance(24*time.Hour + time.Second)
	assert.EqualValues(t, 1, sweep())
	assert.False(t, exists(unused))
	for _, stays := range []*registration.Information{used, verified, disabled, withToken} {
		assert.True(t, exists(stays))
	}
	_, err = f.store.Registration(t.Context(), unused.Client.ID)
	require.ErrorIs(t, err, provider.ErrNotFound, "with all its rows")
	records, err := f.store.Records(t.Context(), audit.Filter{Action: audit.ClientExpire}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1, "a sweep that finds nothing leaves no record")
	assert.Equal(t, audit.Job, records[0].Actor.Kind)

	f.advance(20 * 24 * time.Hour)
	assert.Zero(t, sweep(), "its grant is there")
	_, err = storage.NewJanitor(f.store, slog.New(slog.DiscardHandler), f.domain.Clock, nil).Sweep(t.Context())
	require.NoError(t, err)
	f.advance(25 * time.Hour)
	assert.Zero(t, sweep(), "it was used not long ago")
	f.advance(10 * 24 * time.Hour)
	assert.EqualValues(t, 1, sweep())
	assert.False(t, exists(used))
	_, err = f.clients.Update(t.Context(), f.operator(), verified.Client.ID, func(c *client.Client) error { c.Trust = client.Unverified; return nil })
	require.NoError(t, err)
	f.advance(31 * 24 * time.Hour)
	assert.EqualValues(t, 1, sweep(), "nobody vouches for it any more")
	assert.True(t, exists(withToken))
	assert.True(t, exists(disabled))
}

// use is a grant of the user's that lasts for a day.
func (f *fixture) use(clientID string, u *account.User) {
	f.t.Helper()
	now := *f.now.Load()
	ends := now.Add(time.Hour)
	require.NoError(f.t, f.store.CreateGrant(f.t.Context(), &grant.Grant{
		ID: provider.NewID(now, rand.Reader), ClientID: clientID, UserID: u.ID, Subject: u.Subject, UserGeneration: u.Generation, Scopes: []string{"openid"}, CreatedAt: now, ExpiresAt: &ends,
	}))
}
