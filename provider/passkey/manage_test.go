package passkey_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/passkey/passkeytest"
)

func TestRemove(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	first := f.register(t)
	f.authenticator = passkeytest.New(issuer)
	second := f.register(t)
	require.NoError(t, f.Remove(t.Context(), f.user, first.ID, provider.ID{}))
	assert.Equal(t, []string{factor.Passkey}, f.user.Factors)
	require.ErrorIs(t, f.Remove(t.Context(), f.user, first.ID, provider.ID{}), provider.ErrNotFound, "gone")
	bob := f.newUser(t, "bob")
	require.ErrorIs(t, f.Remove(t.Context(), bob, second.ID, provider.ID{}), provider.ErrNotFound, "that of another user")
	require.ErrorIs(t, f.Rename(t.Context(), bob.ID, second.ID, "mine"), provider.ErrNotFound)

	stale := *f.user
	stale.Generation--
	require.ErrorIs(t, f.Remove(t.Context(), &stale, second.ID, provider.ID{}), provider.ErrStale)
	require.NoError(t, f.Remove(t.Context(), f.user, second.ID, provider.ID{}))
	assert.Empty(t, f.user.Factors)
	assert.Equal(t, f.read(t, f.user.ID).Generation, f.user.Generation)
	assert.Equal(t, 2, f.records(t, audit.FactorRemove))
	assert.Equal(t, 2, f.messages(notify.FactorRemoved))
	assert.EqualValues(t, 4, f.links.Load(), "each change can be undone")
	assert.Equal(t, 2, f.published(event.FactorRemoved{UserID: f.user.ID, Kind: factor.Passkey}))
}

// An administrator needs the scope for it, and the owner is told.
func TestRemoveForAnAdministrator(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	p := f.register(t)
	require.ErrorIs(t, f.RemoveFor(t.Context(), audit.Actor{Kind: audit.ClientActor, ID: "console"}, f.user.ID, p.ID), audit.ErrForbidden)
	actor := audit.Actor{Kind: audit.OperatingSystemUser, ID: "root"}
	require.ErrorIs(t, f.RemoveFor(t.Context(), actor, f.newUser(t, "bob").ID, p.ID), provider.ErrNotFound)
	clerk := audit.Actor{Kind: audit.ClientActor, ID: "console", Scopes: []string{audit.WriteScope("users")}}
	for _, role := range []string{account.RoleAdmin, account.RoleAuditor} {
		f.user.Roles = []string{role}
		require.NoError(t, f.store.UpdateUser(t.Context(), f.user))
		require.ErrorIs(t, f.RemoveFor(t.Context(), clerk, f.user.ID, p.ID), audit.ErrForbidden, role)
	}
	require.NoError(t, f.RemoveFor(t.Context(), actor, f.user.ID, p.ID))
	assert.Empty(t, f.read(t, f.user.ID).Factors)
	assert.Equal(t, 1, f.records(t, audit.FactorRemove))
	assert.Equal(t, 1, f.messages(notify.FactorRemoved))
	assert.EqualValues(t, 1, f.links.Load(), "that of the passkey which was added")
}
