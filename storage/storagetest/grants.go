package storagetest

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

func testGrants(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "a")
	f.client(t, "b")
	key := []byte{1, 2, 3}
	g := f.grant(t, "a", key)
	found, err := f.StandingGrant(ctx, key)
	require.NoError(t, err)
	assert.Equal(t, g, found)
	_, err = f.StandingGrant(ctx, []byte{1, 2})
	require.ErrorIs(t, err, provider.ErrNotFound)

	twin := *g
	twin.ID = f.newID()
	require.ErrorIs(t, f.CreateGrant(ctx, &twin), provider.ErrConflict, "one live standing grant for a key")
	f.grant(t, "a", nil)
	f.grant(t, "a", nil) // any number without a key
	other := f.grant(t, "b", []byte{9})

	orphan := &grant.Grant{ID: f.newID(), ClientID: "nobody", CreatedAt: f.clock()}
	require.ErrorIs(t, f.CreateGrant(ctx, orphan), provider.ErrNotFound, "a grant needs its client")

	ended, err := f.endAll(ctx, grant.Revocation{ClientID: "a"}, f.clock())
	require.NoError(t, err)
	assert.EqualValues(t, 3, ended)
	ended, err = f.endAll(ctx, grant.Revocation{ClientID: "a"}, f.clock())
	require.NoError(t, err)
	assert.Zero(t, ended)
	_, err = f.StandingGrant(ctx, key)
	require.ErrorIs(t, err, provider.ErrNotFound)
	require.NoError(t, f.CreateGrant(ctx, &twin), "a new one can be made")
	_, err = f.StandingGrant(ctx, other.StandingKey)
	require.NoError(t, err)

	require.NoError(t, f.DeleteClient(ctx, "a"))
	assert.Equal(t, 1, Count(t, f.url, "grants"), "grants are deleted with their client")
}

func testStandingRace(t *testing.T, f *fixture) {
	f.client(t, "a")
	var created atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		g := &grant.Grant{ID: f.newID(), ClientID: "a", StandingKey: []byte{1}, CreatedAt: f.clock()}
		wg.Go(func() {
			switch err := f.CreateGrant(t.Context(), g); err {
			case nil:
				created.Add(1)
			default:
				assert.ErrorIs(t, err, provider.ErrConflict)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, created.Load())
}

func testTokens(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "a")
	g := f.grant(t, "a", nil)
	tok := f.token(g.ID)
	require.NoError(t, f.InsertToken(ctx, tok))
	gotToken, gotGrant, err := f.TokenWithGrant(ctx, tok.ID)
	require.NoError(t, err)
	assert.Equal(t, tok, gotToken)
	assert.Equal(t, g, gotGrant)

	_, _, err = f.TokenWithGrant(ctx, f.newID())
	require.ErrorIs(t, err, provider.ErrNotFound)
	require.ErrorIs(t, f.InsertToken(ctx, f.token(f.newID())), provider.ErrNotFound, "no such grant")
	require.ErrorIs(t, f.InsertToken(ctx, tok), provider.ErrConflict)

	at := f.clock()
	require.NoError(t, f.RevokeToken(ctx, tok.ID, at))
	require.NoError(t, f.RevokeToken(ctx, tok.ID, at.Add(time.Hour)))
	gotToken, _, err = f.TokenWithGrant(ctx, tok.ID)
	require.NoError(t, err)
	assert.Equal(t, &at, gotToken.RevokedAt, "the first revocation time is kept")

	_, err = f.endAll(ctx, grant.Revocation{ClientID: "a"}, at)
	require.NoError(t, err)
	require.ErrorIs(t, f.InsertToken(ctx, f.token(g.ID)), provider.ErrNotFound, "the grant has ended")
	_, gotGrant, err = f.TokenWithGrant(ctx, tok.ID)
	require.NoError(t, err)
	assert.False(t, gotGrant.Live(at))

	require.NoError(t, f.DeleteClient(ctx, "a"))
	_, _, err = f.TokenWithGrant(ctx, tok.ID)
	assert.ErrorIs(t, err, provider.ErrNotFound, "a token without its grant is not found")
}

// Tokens issued while their grant is being ended are either refused or ended with it.
func testTokenRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "a")
	g := f.grant(t, "a", nil)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var issued []provider.ID
	for i := range 50 {
		tok := f.token(g.ID)
		wg.Go(func() {
			err := f.InsertToken(ctx, tok)
			if err == nil {
				mu.Lock()
				issued = append(issued, tok.ID)
				mu.Unlock()
			} else if !errors.Is(err, provider.ErrNotFound) {
				assert.NoError(t, err)
			}
		})
		if i == 25 {
			wg.Go(func() {
				_, err := f.endAll(ctx, grant.Revocation{ClientID: "a"}, f.clock())
				assert.NoError(t, err)
			})
		}
	}
	wg.Wait()
	for _, id := range issued {
		_, got, err := f.TokenWithGrant(ctx, id)
		require.NoError(t, err)
		assert.NotNil(t, got.EndedAt)
	}
}

func testTokenListing(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "a")
	f.client(t, "b")
	a, b := f.grant(t, "a", nil), f.grant(t, "b", nil)
	var ids []provider.ID
	for i := range 7 {
		f.advance(time.Millisecond)
		g := a
		if i%2 == 1 {
			g = b
		}
		tok := f.token(g.ID)
		require.NoError(t, f.InsertToken(ctx, tok))
		ids = append(ids, tok.ID)
	}
	var got []provider.ID
	for before := (provider.ID{}); ; {
		page, err := f.tokens(ctx, grant.Filter{}, before, 3)
		require.NoError(t, err)
		for _, l := range page {
			got = append(got, l.Token.ID)
			assert.Empty(t, l.Token.AccessHash)
		}
		if len(page) < 3 {
			break
		}
		before = page[2].Token.ID
	}
	slices.Reverse(ids)
	assert.Equal(t, ids, got, "newest first, each once")

	mine, err := f.tokens(ctx, grant.Filter{ClientID: "b"}, provider.ID{}, 10)
	require.NoError(t, err)
	require.Len(t, mine, 3)
	assert.Equal(t, "b", mine[0].Grant.ClientID)
	assert.Equal(t, b.Scopes, mine[0].Grant.Scopes)

	now := f.clock()
	assert.Equal(t, "active", mine[0].State(now))
	assert.Equal(t, "expired", mine[0].State(now.Add(2*time.Hour)))
	require.NoError(t, f.RevokeToken(ctx, mine[0].Token.ID, now))
	_, err = f.endAll(ctx, grant.Revocation{ClientID: "b"}, now)
	require.NoError(t, err)
	mine, err = f.tokens(ctx, grant.Filter{ClientID: "b"}, provider.ID{}, 10)
	require.NoError(t, err)
	assert.Equal(t, []string{"revoked", "ended"}, []string{mine[0].State(now), mine[1].State(now)})
}
