package storagetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// Every combination of conditions lists what a check of each token one by one finds.
func testTokenFilters(t *testing.T, f *fixture) {
	ctx := t.Context()
	clients := []string{"a", "b"}
	for _, id := range clients {
		f.client(t, id)
	}
	u, v := f.user(t, "alice"), f.user(t, "bob")
	first, second := f.session(t, u), f.session(t, v)
	scopes := [][]string{{"x"}, {"x", "y"}, {"xy"}, nil}
	var all []grant.Listed // the newest first
	for i := range 48 {
		f.advance(time.Millisecond)
		g := &grant.Grant{ID: f.newID(), ClientID: clients[i%2], Scopes: scopes[i/2%4], CreatedAt: f.clock()}
		switch i % 3 {
		case 1:
			g.UserID, g.SessionID = u.ID, first.ID
		case 2:
			g.UserID = v.ID
			if i%2 == 0 {
				g.SessionID = second.ID
			}
		}
		if i%7 == 0 {
			soon := f.clock().Add(time.Minute)
			g.ExpiresAt = &soon
		}
		require.NoError(t, f.CreateGrant(ctx, g))
		for n := range 2 {
			f.advance(time.Millisecond)
			tok := f.token(g.ID)
			if n == 1 && len(g.Scopes) == 2 {
				tok.Scopes = []string{"x"}
			}
			if i%5 == 0 {
				tok.AccessExpiresAt = f.clock().Add(time.Minute)
			}
			require.NoError(t, f.InsertToken(ctx, tok))
			if i%11 == 3 {
				at := f.clock()
				require.NoError(t, f.RevokeToken(ctx, tok.ID, at))
				tok.RevokedAt = &at
			}
			all = append([]grant.Listed{{Token: *tok, Grant: *g}}, all...)
		}
		if i%13 == 4 {
			at := f.clock()
			require.NoError(t, f.EndGrant(ctx, g.ID, at))
			for k := range 2 {
				all[k].Grant.EndedAt = &at
			}
		}
	}
	now := f.clock().Add(2 * time.Minute)
	for _, of := range combinations(now, u.ID, first.ID) {
		want := []provider.ID{}
		for _, l := range all {
			if matchesFilter(l, of) {
				want = append(want, l.Token.ID)
			}
		}
		got := []provider.ID{}
		for next, more := (provider.ID{}), true; more; more = !next.IsZero() {
			page, err := f.Tokens(ctx, of, next, 5)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page.Tokens), 5)
			for _, l := range page.Tokens {
				if narrowed := slices.IndexFunc(all, func(a grant.Listed) bool { return a.Token.ID == l.Token.ID }); narrowed >= 0 {
					assert.Equal(t, all[narrowed].Token.Scopes, l.Token.Scopes)
				}
				got = append(got, l.Token.ID)
			}
			next = page.Next
		}
		assert.Equal(t, want, got, "%+v", of)
	}
}

func combinations(now time.Time, user, session provider.ID) (list []grant.Filter) {
	for bits := range 1 << 5 {
		var of grant.Filter
		for bit, set := range []func(){
			func() { of.ClientID = "a" }, func() { of.UserID = user }, func() { of.SessionID = session },
			func() { of.Scope = "y" }, func() { of.ActiveAt = now },
		} {
			if bits>>bit&1 == 1 {
				set()
			}
		}
		list = append(list, of)
	}
	return list
}

func matchesFilter(l grant.Listed, of grant.Filter) bool {
	scopes := l.Grant.Scopes
	if l.Token.Scopes != nil {
		scopes = l.Token.Scopes
	}
	return (of.ClientID == "" || of.ClientID == l.Grant.ClientID) && (of.UserID.IsZero() || of.UserID == l.Grant.UserID) &&
		(of.SessionID.IsZero() || of.SessionID == l.Grant.SessionID) && (of.Scope == "" || slices.Contains(scopes, of.Scope)) &&
		(of.ActiveAt.IsZero() || l.State(of.ActiveAt) == "active")
}

// A client with many grants is listed, and its grants end, in parts.
func testManyGrants(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "many")
	f.client(t, "other")
	const grants = 2500
	var last *grant.Token
	require.NoError(t, f.InTx(ctx, func(ctx context.Context) error {
		for range grants {
			f.advance(time.Millisecond)
			g := &grant.Grant{ID: f.newID(), ClientID: "many", CreatedAt: f.clock()}
			if err := f.CreateGrant(ctx, g); err != nil {
				return err
			}
			last = f.token(g.ID)
			if err := f.InsertToken(ctx, last); err != nil {
				return err
			}
		}
		return nil
	}))
	middle := f.clock().Add(-1000 * time.Millisecond)
	kept := f.grant(t, "other", nil)
	listed := func(of grant.Filter) (n int) {
		for next, more := (provider.ID{}), true; more; more = !next.IsZero() {
			page, err := f.Tokens(ctx, of, next, 1000)
			require.NoError(t, err)
			n, next = n+len(page.Tokens), page.Next
		}
		return n
	}
	active := grant.Filter{ClientID: "many", ActiveAt: f.clock()}
	assert.Equal(t, grants, listed(active))

	var steps []string
	tokens := int64(0)
	for after := (provider.ID{}); ; {
		ended, err := f.EndGrants(ctx, grant.Revocation{ClientID: "many", Before: middle}, after, f.clock())
		require.NoError(t, err)
		steps, tokens = append(steps, fmt.Sprint(ended.Grants)), tokens+ended.Tokens
		if after = ended.Last; after.IsZero() {
			break
		}
	}
	assert.Equal(t, []string{"1000", "499"}, steps, "those from before the time")
	assert.EqualValues(t, 1499, tokens)
	assert.Equal(t, 1001, listed(active))
	// By scope, which these grants do not have; then without a time.
	none, err := f.endAll(ctx, grant.Revocation{ClientID: "many", Scope: "a"}, f.clock())
	require.NoError(t, err)
	assert.Zero(t, none)
	rest, err := f.endAll(ctx, grant.Revocation{ClientID: "many"}, f.clock())
	require.NoError(t, err)
	assert.EqualValues(t, 1001, rest)
	require.ErrorIs(t, f.InsertToken(ctx, f.token(last.GrantID)), provider.ErrNotFound)
	by, err := f.endAll(ctx, grant.Revocation{Scope: "b"}, f.clock())
	require.NoError(t, err)
	assert.EqualValues(t, 1, by)
	require.ErrorIs(t, f.InsertToken(ctx, f.token(kept.ID)), provider.ErrNotFound)
}
