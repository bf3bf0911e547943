package storagetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

func testScopes(t *testing.T, f *fixture) {
	ctx := t.Context()
	for _, name := range []string{"write", "Read", "read"} {
		require.NoError(t, f.CreateScope(ctx, consent.Scope{Name: name, Description: "d", CreatedAt: f.clock()}))
	}
	require.ErrorIs(t, f.CreateScope(ctx, consent.Scope{Name: "read", CreatedAt: f.clock()}), provider.ErrConflict)
	require.NoError(t, f.DescribeScope(ctx, "read", ""))
	require.ErrorIs(t, f.DescribeScope(ctx, "nothing", "x"), provider.ErrNotFound)
	require.NoError(t, f.DeleteScope(ctx, "write"))
	require.ErrorIs(t, f.DeleteScope(ctx, "write"), provider.ErrNotFound)
	scopes, err := f.Scopes(ctx)
	require.NoError(t, err)
	assert.Equal(t, []consent.Scope{{Name: "Read", Description: "d", CreatedAt: f.clock()}, {Name: "read", CreatedAt: f.clock()}}, scopes)
}

func testDataKeys(t *testing.T, f *fixture) {
	ctx := t.Context()
	row := keyring.Row{Purpose: "token-hash", KeyID: 1, Sealed: []byte{0, 1, 255}, SealedBy: "one", CreatedAt: f.clock()}
	var added atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			switch err := f.AddDataKey(ctx, row); err {
			case nil:
				added.Add(1)
			default:
				assert.ErrorIs(t, err, provider.ErrConflict)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, added.Load(), "one replica is first")

	high := row
	high.KeyID = 255
	require.NoError(t, f.AddDataKey(ctx, high))
	resealed := row
	resealed.Sealed, resealed.SealedBy = []byte{2}, "two"
	require.NoError(t, f.ResealDataKey(ctx, resealed, "one"))
	late := row
	late.Sealed, late.SealedBy = []byte{3}, "three"
	require.NoError(t, f.ResealDataKey(ctx, late, "one"), "another replica did it already")
	rows, err := f.DataKeys(ctx)
	require.NoError(t, err)
	assert.Equal(t, []keyring.Row{resealed, high}, rows)
}

func testSigningKeys(t *testing.T, f *fixture) {
	ctx := t.Context()
	row := func(kid string, alg keys.Algorithm, from time.Time) keys.Row {
		return keys.Row{KID: kid, Algorithm: alg, Sealed: []byte{1}, CreatedAt: f.clock(), ActiveFrom: from}
	}
	soon := f.clock().Add(time.Hour)
	first := row("a", keys.ES256, time.Unix(0, 0).UTC())
	require.NoError(t, f.AddSigningKey(ctx, first))
	require.ErrorIs(t, f.AddSigningKey(ctx, row("a", keys.ES256, soon)), provider.ErrConflict, "same kid")
	require.ErrorIs(t, f.AddSigningKey(ctx, row("z", keys.ES256, first.ActiveFrom)), provider.ErrConflict, "same instant")
	second, other := row("b", keys.ES256, soon), row("c", keys.RS256, first.ActiveFrom)
	require.NoError(t, f.AddSigningKey(ctx, second))
	require.NoError(t, f.AddSigningKey(ctx, other), "another algorithm")
	rows, err := f.SigningKeys(ctx)
	require.NoError(t, err)
	assert.Equal(t, []keys.Row{first, second, other}, rows)

	removed, err := f.RemoveSigningKeys(ctx, soon)
	require.NoError(t, err)
	assert.Zero(t, removed)
	removed, err = f.RemoveSigningKeys(ctx, soon.Add(time.Microsecond))
	require.NoError(t, err)
	assert.EqualValues(t, 1, removed, "only what has a successor")
}

func testSettings(t *testing.T, f *fixture) {
	ctx := t.Context()
	version := func() int64 {
		v, err := f.CatalogueVersion(ctx)
		require.NoError(t, err)
		return v
	}
	seen := version()
	rises := func(what string, change func() error) {
		require.NoError(t, change(), what)
		assert.Greater(t, version(), seen, what)
		seen = version()
	}
	c := sampleClient("c", f.clock())
	rises("create client", func() error { return f.CreateClient(ctx, c) })
	rises("update client", func() error { return f.UpdateClient(ctx, c) })
	rises("delete client", func() error { return f.DeleteClient(ctx, "c") })
	rises("create scope", func() error { return f.CreateScope(ctx, consent.Scope{Name: "s", CreatedAt: f.clock()}) })
	rises("delete scope", func() error { return f.DeleteScope(ctx, "s") })
	rises("add key", func() error {
		return f.AddSigningKey(ctx, keys.Row{KID: "k", Algorithm: keys.ES256, Sealed: []byte{1}, CreatedAt: f.clock(), ActiveFrom: f.clock()})
	})
	require.Error(t, f.DeleteClient(ctx, "nobody"))
	assert.Equal(t, seen, version(), "what did not happen is no change")

	demo, err := f.IsDemo(ctx)
	require.NoError(t, err)
	assert.False(t, demo)
	require.NoError(t, f.MarkDemo(ctx))
	require.NoError(t, f.MarkDemo(ctx))
	demo, err = f.IsDemo(ctx)
	require.NoError(t, err)
	assert.True(t, demo)
}
