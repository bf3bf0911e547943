package storagetest

import (
	"crypto/sha256"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// refreshable stores a grant of a user with a refresh token.
func (f *fixture) refreshable(t *testing.T, g *grant.Grant) *grant.Token {
	t.Helper()
	g.ID, g.CreatedAt = f.newID(), f.clock()
	require.NoError(t, f.CreateGrant(t.Context(), g))
	tok := f.token(g.ID)
	until := f.clock().Add(24 * time.Hour)
	tok.RefreshHash, tok.RefreshExpiresAt = append([]byte(nil), tok.AccessHash...), &until
	tok.RefreshHash[32]++
	require.NoError(t, f.InsertToken(t.Context(), tok))
	return tok
}

func testRefreshTokens(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	u := f.user(t, "alice")
	s := &session.Session{ID: f.newID(), User: u, Hash: make([]byte, 33), Proofs: session.ProvedAt(f.clock(), session.Password), SeenAt: f.clock(), ExpiresAt: f.clock().Add(time.Hour)}
	require.NoError(t, f.CreateSession(ctx, s))
	g := &grant.Grant{ClientID: "app", UserID: u.ID, Subject: u.Subject, SessionID: s.ID, Scopes: []string{"a", "b"}, Audience: []string{}}
	tok := f.refreshable(t, g)
	read := func() *grant.Refreshable {
		r, err := f.RefreshToken(ctx, tok.ID, false)
		require.NoError(t, err)
		return r
	}
	r := read()
	assert.Equal(t, tok, r.Token)
	assert.Equal(t, g, r.Grant)
	assert.True(t, r.UserEnabled)
	assert.True(t, r.MayUse)
	assert.Equal(t, &s.SeenAt, r.SessionSeenAt)
	assert.Equal(t, &s.ExpiresAt, r.SessionExpiresAt)
	assert.Nil(t, r.SessionEndedAt)
	whole, err := f.RefreshToken(ctx, tok.ID, true)
	require.NoError(t, err)
	assert.Equal(t, u, whole.Grant.User, "in the same statement")
	_, err = f.RefreshToken(ctx, f.newID(), false)
	require.ErrorIs(t, err, provider.ErrNotFound)

	Exec(t, f.url, "UPDATE clients SET restricted = (1 = 1) WHERE id = 'app'")
	assert.False(t, read().MayUse)
	require.NoError(t, f.AllowUser(ctx, "app", u.ID))
	assert.True(t, read().MayUse)

	later := tok.RefreshExpiresAt.Add(time.Hour)
	require.NoError(t, f.ExtendRefreshToken(ctx, tok.ID, later))
	require.NoError(t, f.ExtendRefreshToken(ctx, tok.ID, later.Add(-time.Minute)), "never backwards")
	assert.Equal(t, &later, read().Token.RefreshExpiresAt)

	narrow := f.token(g.ID)
	narrow.Scopes, narrow.Audience = []string{"a"}, []string{}
	require.NoError(t, f.InsertToken(ctx, narrow))
	back, _, err := f.TokenWithGrant(ctx, narrow.ID)
	require.NoError(t, err)
	assert.Equal(t, narrow, back, "narrowed to nothing is not the same as not narrowed")
	won, err := f.SpendRefreshToken(ctx, narrow.ID, f.newID())
	require.NoError(t, err)
	assert.False(t, won, "it has no refresh token")

	f.ends(t, s.ID)
	assert.NotNil(t, read().SessionEndedAt)
	assert.NotNil(t, read().Grant.EndedAt)
	u.Disabled = true
	require.NoError(t, f.UpdateUser(ctx, u))
	assert.False(t, read().UserEnabled)
}

// RFC 9700 section 4.14.2: of concurrent uses one spends the token.
func testRefreshRace(t *testing.T, f *fixture) {
	f.client(t, "app")
	tok := f.refreshable(t, &grant.Grant{ClientID: "app", UserID: f.user(t, "alice").ID})
	var wins atomic.Int64
	var winner atomic.Pointer[provider.ID]
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			next := f.newID()
			won, err := f.SpendRefreshToken(t.Context(), tok.ID, next)
			if assert.NoError(t, err) && won {
				wins.Add(1)
				winner.Store(&next)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, wins.Load())
	back, _, err := f.TokenWithGrant(t.Context(), tok.ID)
	require.NoError(t, err)
	assert.Equal(t, *winner.Load(), back.NextID)
}

// Of any number of concurrent replays one succeeds (Fosite CVE-2020-15222).
func testAssertions(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "a")
	f.client(t, "b")
	jti, until := sha256.Sum256([]byte("1")), f.clock().Add(time.Minute)
	var first atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			err := f.UseJTI(ctx, "a", jti, until)
			if err == nil {
				first.Add(1)
				return
			}
			assert.ErrorIs(t, err, provider.ErrConflict)
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, first.Load())
	require.NoError(t, f.UseJTI(ctx, "b", jti, until), "another client's")
	require.ErrorIs(t, f.UseJTI(ctx, "nobody", jti, until), provider.ErrNotFound)
	require.NoError(t, f.DeleteClient(ctx, "b"))
	assert.Equal(t, 1, Count(t, f.url, "used_jtis"))
}

func testWithdrawal(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	f.client(t, "other")
	alice, bob := f.user(t, "alice"), f.user(t, "bob")
	tokens := map[string]*grant.Token{}
	for name, g := range map[string]*grant.Grant{
		"hers": {ClientID: "app", UserID: alice.ID, Offline: true}, "his": {ClientID: "app", UserID: bob.ID}, "elsewhere": {ClientID: "other", UserID: alice.ID},
	} {
		tokens[name] = f.refreshable(t, g)
	}
	agreed := remembered(consent.Agreement{Scopes: []string{"a", "b"}, Claims: []string{"email"}, Audience: []string{"https://a"}})
	require.NoError(t, f.remember(ctx, alice.ID, agreed, f.clock()))
	list, err := f.Consents(ctx, consent.Filter{UserID: alice.ID}, 10)
	require.NoError(t, err)
	assert.Equal(t, []consent.ClientConsent{{
		Remembered: agreed, UserID: alice.ID, Username: "alice",
		ClientID: "app", ClientName: sampleClient("app", f.clock()).Name, UpdatedAt: f.clock(),
	}}, list)
	require.NoError(t, f.WithdrawConsent(ctx, alice.ID, "app", f.clock()))
	require.ErrorIs(t, f.WithdrawConsent(ctx, alice.ID, "app", f.clock()), provider.ErrNotFound)
	list, err = f.Consents(ctx, consent.Filter{UserID: alice.ID}, 10)
	require.NoError(t, err)
	assert.Empty(t, list)
	for name, tok := range tokens {
		_, g, err := f.TokenWithGrant(ctx, tok.ID)
		require.NoError(t, err)
		assert.Equal(t, name == "hers", g.EndedAt != nil, name)
	}
}

// A client that may not ask for offline_access any more keeps nothing beyond the sign-out. What was
// granted for a password has no session, and no such scope.
func testOfflineWithdrawn(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	f.client(t, "other")
	u := f.user(t, "alice")
	s := f.session(t, u)
	tokens := map[string]*grant.Token{}
	for name, g := range map[string]*grant.Grant{
		"offline":   {ClientID: "app", SessionID: s.ID, Scopes: []string{"openid", "offline_access"}},
		"password":  {ClientID: "app", Scopes: []string{"openid"}},
		"elsewhere": {ClientID: "other", SessionID: s.ID, Scopes: []string{"offline_access"}},
	} {
		g.UserID, g.Offline = u.ID, true
		tokens[name] = f.refreshable(t, g)
	}
	change := func(scopes ...string) {
		c, err := f.Client(ctx, "app")
		require.NoError(t, err)
		c.Scopes = scopes
		require.NoError(t, f.UpdateClient(ctx, c))
	}
	offline := func(name string) bool {
		r, err := f.RefreshToken(ctx, tokens[name].ID, false)
		require.NoError(t, err)
		return r.Grant.Offline
	}
	change("openid", "offline_access")
	assert.True(t, offline("offline"))
	change("openid")
	assert.False(t, offline("offline"))
	assert.True(t, offline("password"))
	assert.True(t, offline("elsewhere"))
	f.ends(t, s.ID)
	_, g, err := f.TokenWithGrant(ctx, tokens["offline"].ID)
	require.NoError(t, err)
	assert.NotNil(t, g.EndedAt)
}
