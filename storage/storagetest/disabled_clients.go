package storagetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// disable disables the client app, or enables it again.
func (f *fixture) disable(ctx context.Context, disabled bool) error {
	c, err := f.LockClient(ctx, "app")
	if err != nil {
		return err
	}
	c.Disabled = disabled
	return f.UpdateClient(ctx, c)
}

// The statement that stores a token decides, and not what a process knew of the client.
func testDisabledClientsGetNoTokens(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	f.client(t, "other")
	own, other := f.grant(t, "app", nil), f.grant(t, "other", nil)
	refreshable := f.refreshable(t, &grant.Grant{ClientID: "app", UserID: f.user(t, "alice").ID})
	successor := f.token(refreshable.GrantID)
	successor.RefreshHash, successor.RefreshExpiresAt = append([]byte(nil), successor.AccessHash...), refreshable.RefreshExpiresAt
	require.NoError(t, f.disable(ctx, true))
	for name, tok := range map[string]*grant.Token{"its own": f.token(own.ID), "by a refresh token": successor} {
		require.ErrorIs(t, f.InsertToken(ctx, tok), grant.ErrClientDisabled, name)
	}
	require.NoError(t, f.InsertToken(ctx, f.token(other.ID)))
	require.NoError(t, f.disable(ctx, false))
	require.NoError(t, f.InsertToken(ctx, successor))
	require.NoError(t, f.EndGrant(ctx, own.ID, f.clock()))
	require.ErrorIs(t, f.InsertToken(ctx, f.token(own.ID)), provider.ErrNotFound)
}
