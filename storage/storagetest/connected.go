package storagetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/connected"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

func (f *fixture) connected(t *testing.T, u *account.User, clientID string) []connected.App {
	t.Helper()
	apps, err := f.ConnectedApps(t.Context(), connected.Filter{UserID: u.ID, ClientID: clientID, Now: f.clock()})
	require.NoError(t, err)
	return apps
}

// seenFrom is a session that was last used from an address.
func (f *fixture) seenFrom(t *testing.T, u *account.User, address string) *session.Session {
	t.Helper()
	s := f.newSession(u)
	s.Seen = session.Browser{Address: address}
	require.NoError(t, f.CreateSession(t.Context(), s))
	return s
}

func testConnected(t *testing.T, f *fixture) {
	ctx := t.Context()
	for _, id := range []string{"app", "other"} {
		f.client(t, id)
	}
	alice, bob := f.user(t, "alice"), f.user(t, "bob")
	assert.Empty(t, f.connected(t, alice, ""))
	began := f.clock()
	first := f.refreshable(t, &grant.Grant{ClientID: "app", UserID: alice.ID, SessionID: f.seenFrom(t, alice, "192.0.2.1").ID, Scopes: []string{"openid", "email"}})
	f.advance(time.Hour)
	second := f.refreshable(t, &grant.Grant{ClientID: "app", UserID: alice.ID, SessionID: f.seenFrom(t, alice, "198.51.100.7").ID, Scopes: []string{"openid", "phone"}})
	signedIn := f.clock()
	f.refreshable(t, &grant.Grant{ClientID: "app", UserID: bob.ID, Scopes: []string{"address"}})
	f.grant(t, "app", nil) // of the client itself
	require.NoError(t, f.Remember(ctx, alice.ID, "other", "", remembered(consent.Agreement{Scopes: []string{"profile"}}), f.clock()))

	apps := f.connected(t, alice, "")
	require.Len(t, apps, 2)
	byID := map[string]connected.App{apps[0].ClientID: apps[0], apps[1].ClientID: apps[1]}
	app := byID["app"]
	assert.Equal(t, []string{"email", "openid", "phone"}, app.Scopes)
	assert.Equal(t, []any{began, signedIn, int64(2), int64(0), "198.51.100.7"}, []any{app.Since, app.UsedAt, app.SignIns, app.Refreshes, app.Address})
	assert.NotEmpty(t, app.Name)
	assert.Equal(t, []string{"profile"}, byID["other"].Scopes, "remembered, and not used yet")
	assert.Zero(t, byID["other"].SignIns)
	assert.Equal(t, apps[:1], f.connected(t, alice, apps[0].ClientID))

	// A refresh counts once, with rotation and without.
	f.advance(time.Hour)
	next := f.token(second.GrantID)
	won, err := f.SpendRefreshToken(ctx, second.ID, next.ID)
	require.NoError(t, err)
	require.True(t, won)
	require.NoError(t, f.InsertToken(ctx, next))
	won, err = f.SpendRefreshToken(ctx, second.ID, f.newID())
	require.NoError(t, err)
	require.False(t, won)
	require.NoError(t, f.ExtendRefreshToken(ctx, first.ID, first.RefreshExpiresAt.Add(time.Hour)))
	require.NoError(t, f.ExtendRefreshToken(ctx, first.ID, first.RefreshExpiresAt.Add(time.Minute)), "never backwards")
	require.NoError(t, f.RevokeToken(ctx, first.ID, f.clock()))
	app = f.connected(t, alice, "app")[0]
	assert.Equal(t, []any{int64(2), int64(2), f.clock()}, []any{app.SignIns, app.Refreshes, app.UsedAt})

	// What ended or expired opens nothing.
	require.NoError(t, f.EndGrant(ctx, first.GrantID, f.clock()))
	assert.Equal(t, []string{"openid", "phone"}, f.connected(t, alice, "app")[0].Scopes)
	expired := f.clock().Add(-time.Minute)
	f.refreshable(t, &grant.Grant{ClientID: "app", UserID: alice.ID, Scopes: []string{"expired"}, ExpiresAt: &expired})
	assert.NotContains(t, f.connected(t, alice, "app")[0].Scopes, "expired")

	require.NoError(t, f.WithdrawConsent(ctx, alice.ID, "app", f.clock()))
	assert.Empty(t, f.connected(t, alice, "app"))
	assert.Equal(t, int64(1), f.connected(t, bob, "app")[0].SignIns, "another user's access goes on")
	f.refreshable(t, &grant.Grant{ClientID: "app", UserID: alice.ID, UserGeneration: alice.Generation + 1, Scopes: []string{"openid"}})
	app = f.connected(t, alice, "app")[0]
	assert.Equal(t, []any{int64(1), int64(0), ""}, []any{app.SignIns, app.Refreshes, app.Address}, "counting begins again")
	require.NoError(t, f.DeleteUser(ctx, alice.ID, f.clock()))
	require.NoError(t, f.DeleteClient(ctx, "app"))
}

// However many applications there are, it takes three statements.
func testConnectedStatements(t *testing.T, f *fixture) {
	u := f.user(t, "alice")
	for i := range 100 {
		id := fmt.Sprint("app", i)
		f.client(t, id)
		f.refreshable(t, &grant.Grant{ClientID: id, UserID: u.ID, Scopes: []string{"openid"}})
	}
	before := f.statements.Load()
	assert.Len(t, f.connected(t, u, ""), 100)
	assert.Equal(t, int64(3), f.statements.Load()-before)
}

// Sign-ins and refreshes at once: none is lost, and none fails.
func testConnectedRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	u := f.user(t, "alice")
	const each = 20
	tokens := make([]*grant.Token, each)
	for i := range tokens {
		tokens[i] = f.refreshable(t, &grant.Grant{ClientID: "app", UserID: u.ID})
	}
	var wg sync.WaitGroup
	for _, tok := range tokens {
		g := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, CreatedAt: f.clock()}
		wg.Go(func() { assert.NoError(t, f.CreateGrant(ctx, g)) })
		next := f.newID()
		wg.Go(func() {
			_, err := f.SpendRefreshToken(ctx, tok.ID, next)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	app := f.connected(t, u, "app")[0]
	assert.Equal(t, []int64{2 * each, each}, []int64{app.SignIns, app.Refreshes})
}

// A refresh and the end of everything at once: whichever is first, neither fails, and nothing is counted that lives on.
func testConnectedEndRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	for round := range 10 {
		u := f.user(t, fmt.Sprint("alice", round))
		tok := f.refreshable(t, &grant.Grant{ClientID: "app", UserID: u.ID})
		next := f.newID()
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := f.SpendRefreshToken(ctx, tok.ID, next)
			assert.NoError(t, err)
		})
		end := f.WithdrawConsent
		if round%2 == 1 {
			end = func(ctx context.Context, userID provider.ID, _ string, at time.Time) error {
				return f.DeleteUser(ctx, userID, at)
			}
		}
		wg.Go(func() { assert.NoError(t, end(ctx, u.ID, "app", f.clock())) })
		wg.Wait()
		assert.Empty(t, f.connected(t, u, ""))
	}
}
