package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

func testSessionListing(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	alice, bob, carol := f.user(t, "alice"), f.user(t, "bob"), f.user(t, "carol")
	var made []*session.Session
	for _, u := range []*account.User{alice, bob, alice, alice, carol} {
		f.advance(time.Millisecond)
		made = append(made, f.session(t, u))
	}
	list := func(of session.Filter) (ids []provider.ID) {
		of.Now, of.SeenSince = f.clock(), f.clock().Add(-time.Minute)
		for {
			page, err := f.sessions(ctx, of, 2)
			require.NoError(t, err)
			for _, s := range page {
				assert.NotEmpty(t, s.User.Username)
				ids = append(ids, s.ID)
			}
			if len(page) < 2 {
				return ids
			}
			of.Before = page[1].ID
		}
	}
	assert.Equal(t, []provider.ID{made[4].ID, made[3].ID, made[2].ID, made[1].ID, made[0].ID}, list(session.Filter{}), "newest first, each once")
	assert.Equal(t, []provider.ID{made[3].ID, made[2].ID, made[0].ID}, list(session.Filter{UserID: alice.ID, Live: true}))
	f.ends(t, made[2].ID)
	carol.Disabled = true
	require.NoError(t, f.UpdateUser(ctx, carol))
	f.advance(time.Minute)
	require.NoError(t, f.TouchSession(ctx, made[0].ID, f.clock(), session.Browser{}))
	assert.Equal(t, []provider.ID{made[0].ID}, list(session.Filter{Live: true}), "the others are ended, idle, or of a disabled user")
	live, older, err := f.LiveSessions(ctx, f.clock(), f.clock().Add(-time.Minute), 10)
	require.NoError(t, err)
	assert.Equal(t, []any{1, false}, []any{live, older})
	live, older, err = f.LiveSessions(ctx, f.clock(), f.clock().Add(-time.Minute), 2)
	require.NoError(t, err)
	assert.Equal(t, []any{0, true}, []any{live, older}, "of the two newest, and there are others")
	page, err := f.sessions(ctx, session.Filter{UserID: alice.ID}, 10)
	require.NoError(t, err)
	require.Len(t, page, 3)
	assert.NotNil(t, page[1].EndedAt)
	assert.Equal(t, []string{"pwd"}, page[0].Proofs.AMR())
	assert.Equal(t, made[3].Proofs, page[0].Proofs)

	// All sessions of a user at once, with their grants except offline ones.
	online := f.refreshable(t, &grant.Grant{ClientID: "app", UserID: alice.ID, SessionID: made[0].ID})
	offline := f.refreshable(t, &grant.Grant{ClientID: "app", UserID: alice.ID, SessionID: made[0].ID, Offline: true})
	ended, err := f.EndSessions(ctx, alice.ID, f.clock())
	require.NoError(t, err)
	assert.ElementsMatch(t, []provider.ID{made[0].ID, made[3].ID}, ended, "those that were not over")
	again, err := f.EndSessions(ctx, alice.ID, f.clock())
	require.NoError(t, err)
	assert.Empty(t, again)
	for tok, over := range map[*grant.Token]bool{online: true, offline: false} {
		_, g, err := f.TokenWithGrant(ctx, tok.ID)
		require.NoError(t, err)
		assert.Equal(t, over, g.EndedAt != nil)
	}
	b, err := f.Session(ctx, made[1].ID)
	require.NoError(t, err)
	assert.Nil(t, b.EndedAt, "another user's")
}

func testUserGrants(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	f.client(t, "other")
	alice, bob := f.user(t, "alice"), f.user(t, "bob")
	issue := func(u *account.User, clientID string) provider.ID {
		f.advance(time.Millisecond)
		return f.refreshable(t, &grant.Grant{ClientID: clientID, UserID: u.ID, UserGeneration: u.Generation}).ID
	}
	a, b, elsewhere := issue(alice, "app"), issue(bob, "app"), issue(alice, "other")
	f.advance(time.Millisecond)
	own := f.token(f.grant(t, "app", nil).ID)
	require.NoError(t, f.InsertToken(ctx, own))
	page, err := f.tokens(ctx, grant.Filter{UserID: alice.ID}, provider.ID{}, 10)
	require.NoError(t, err)
	require.Len(t, page, 2)
	assert.Equal(t, []provider.ID{elsewhere, a}, []provider.ID{page[0].Token.ID, page[1].Token.ID})
	assert.Equal(t, "alice", page[0].Username)
	page, err = f.tokens(ctx, grant.Filter{ClientID: "app", UserID: alice.ID}, provider.ID{}, 10)
	require.NoError(t, err)
	require.Len(t, page, 1)
	page, err = f.tokens(ctx, grant.Filter{}, provider.ID{}, 10)
	require.NoError(t, err)
	require.Len(t, page, 4)
	assert.Empty(t, page[0].Username, "the client's own token has no user")

	live := func(id provider.ID) bool {
		_, g, err := f.TokenWithGrant(ctx, id)
		require.NoError(t, err)
		return g.EndedAt == nil
	}
	ended, err := f.endAll(ctx, grant.Revocation{ClientID: "app", UserID: alice.ID}, f.clock())
	require.NoError(t, err)
	assert.EqualValues(t, 1, ended)
	assert.Equal(t, []bool{false, true, true}, []bool{live(a), live(b), live(elsewhere)})
	ended, err = f.endAll(ctx, grant.Revocation{UserID: alice.ID}, f.clock())
	require.NoError(t, err)
	assert.EqualValues(t, 1, ended)
	assert.Equal(t, []bool{true, false, true}, []bool{live(b), live(elsewhere), live(own.ID)})

	// An approval in progress does not survive.
	for name, revocationFirst := range map[string]bool{"carol": true, "dave": false} {
		u := f.user(t, name)
		g := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, CreatedAt: f.clock()}
		revoke := func(ctx context.Context) error {
			_, err := f.endAll(ctx, grant.Revocation{UserID: u.ID}, f.clock())
			return err
		}
		approve := func(ctx context.Context) error { return f.CreateGrant(ctx, g) }
		if revocationFirst {
			require.ErrorIs(t, f.overlap(t, revoke, approve), provider.ErrStale)
		} else {
			require.NoError(t, f.overlap(t, approve, revoke))
		}
		require.ErrorIs(t, f.InsertToken(ctx, f.token(g.ID)), provider.ErrNotFound)
	}
}
