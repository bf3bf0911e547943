package storagetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

func testScopes(t *testing.T, f *fixture) {
	ctx := t.Context()
	for _, name := range []string{"write", "Read", "read"} {
		require.NoError(t, f.CreateScope(ctx, consent.Scope{Name: name, Description: "d", CreatedAt: f.clock()}))
	}
	require.ErrorIs(t, f.CreateScope(ctx, consent.Scope{Name: "read", CreatedAt: f.clock()}), provider.ErrConflict)
	require.NoError(t, f.describe(ctx, "read", ""))
	require.ErrorIs(t, f.describe(ctx, "nothing", "x"), provider.ErrNotFound)
	_, err := f.LockScope(ctx, "nothing")
	require.ErrorIs(t, err, provider.ErrNotFound)
	whole := consent.Scope{Name: "Read", Description: "d", Descriptions: map[string]string{"de": "Lesen", "pt-BR": "Ler"}, Claims: []string{"email", "address"}, CreatedAt: f.clock()}
	require.NoError(t, f.UpdateScope(ctx, whole))
	locked, err := f.LockScope(ctx, "Read")
	require.NoError(t, err)
	assert.Equal(t, whole, locked)
	require.NoError(t, f.DeleteScope(ctx, "write"))
	require.ErrorIs(t, f.DeleteScope(ctx, "write"), provider.ErrNotFound)
	scopes, err := f.Scopes(ctx)
	require.NoError(t, err)
	assert.Equal(t, []consent.Scope{whole, {Name: "read", CreatedAt: f.clock()}}, scopes)
}

// describe replaces a scope by one with a description.
func (f *fixture) describe(ctx context.Context, name, description string) error {
	return f.UpdateScope(ctx, consent.Scope{Name: name, Description: description})
}

func testDataKeys(t *testing.T, f *fixture) {
	ctx := t.Context()
	row := keyring.Row{Purpose: "token-hash", KeyID: 1, Sealed: []byte{0, 1, 255}, SealedBy: "one", ActiveFrom: f.clock()}
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
	assert.EqualValues(t, 1, added.Load(), "exactly one replica adds it")

	high := row
	high.KeyID = 255
	require.NoError(t, f.AddDataKey(ctx, high))
	resealed := row
	resealed.Sealed, resealed.SealedBy = []byte{2}, "two"
	require.NoError(t, f.ResealDataKey(ctx, resealed, "one"))
	late := row
	late.Sealed, late.SealedBy = []byte{3}, "three"
	require.NoError(t, f.ResealDataKey(ctx, late, "one"), "another replica has done it already")
	rows, err := f.DataKeys(ctx)
	require.NoError(t, err)
	assert.Equal(t, []keyring.Row{resealed, high}, rows)

	before, _, err := f.Versions(ctx)
	require.NoError(t, err)
	second, third := row, row
	second.KeyID, third.KeyID = 2, 3
	require.NoError(t, f.ChangeDataKeys(ctx, []keyring.Row{second}, []keyring.Row{high}))
	after, _, err := f.Versions(ctx)
	require.NoError(t, err)
	assert.Greater(t, after, before, "other servers are notified")
	require.ErrorIs(t, f.ChangeDataKeys(ctx, []keyring.Row{third, second}, []keyring.Row{row}), provider.ErrConflict)
	rows, err = f.DataKeys(ctx)
	require.NoError(t, err)
	assert.Equal(t, []keyring.Row{resealed, second}, rows, "all or nothing")
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
	assert.EqualValues(t, 1, removed, "only keys with a successor")
	require.ErrorIs(t, f.AddSigningKey(ctx, row("a", keys.ES256, soon.Add(time.Hour))), provider.ErrConflict, "it existed before")
	known, err := f.KnownSigningKey(ctx, "a")
	require.NoError(t, err)
	now := f.clock()
	assert.Equal(t, keys.Known{KID: "a", Algorithm: keys.ES256, RemovedAt: &now}, known)
	_, err = f.KnownSigningKey(ctx, "never was")
	require.ErrorIs(t, err, provider.ErrNotFound)
}

func testWithdrawnKeys(t *testing.T, f *fixture) {
	ctx := t.Context()
	row := func(kid string, from time.Time) keys.Row {
		return keys.Row{KID: kid, Algorithm: keys.ES256, Sealed: []byte{1}, CreatedAt: f.clock(), ActiveFrom: from}
	}
	kids := func() (list []string) {
		rows, err := f.SigningKeys(ctx)
		require.NoError(t, err)
		for _, r := range rows {
			list = append(list, r.KID)
		}
		return list
	}
	for i, kid := range []string{"a", "b", "c"} {
		require.NoError(t, f.AddSigningKey(ctx, row(kid, f.clock().Add(time.Duration(i)*time.Hour))))
	}
	before, _, err := f.Versions(ctx)
	require.NoError(t, err)
	at := f.clock().Add(time.Minute)
	require.ErrorIs(t, f.WithdrawSigningKey(ctx, keys.Withdrawal{KID: "never was", At: at}), provider.ErrNotFound)
	require.NoError(t, f.WithdrawSigningKey(ctx, keys.Withdrawal{KID: "a", At: at, Promoted: "b"}))
	after, _, err := f.Versions(ctx)
	require.NoError(t, err)
	assert.Greater(t, after, before, "other servers are notified")
	assert.Equal(t, []string{"b", "c"}, kids())
	rows, err := f.SigningKeys(ctx)
	require.NoError(t, err)
	assert.Equal(t, at, rows[0].ActiveFrom)

	successor := row("d", at.Add(time.Second))
	require.NoError(t, f.WithdrawSigningKey(ctx, keys.Withdrawal{KID: "b", At: at, Successor: &successor}))
	assert.Equal(t, []string{"c", "d"}, kids())
	withdrawn, err := f.WithdrawnSigningKeys(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, withdrawn)
	require.ErrorIs(t, f.AddSigningKey(ctx, row("a", at.Add(time.Hour))), provider.ErrConflict)

	// One that counts on a key that is gone, or leaves none that signs, is none either.
	late := at.Add(time.Minute)
	require.ErrorIs(t, f.WithdrawSigningKey(ctx, keys.Withdrawal{KID: "d", At: late, Promoted: "b"}), provider.ErrConflict)
	require.ErrorIs(t, f.WithdrawSigningKey(ctx, keys.Withdrawal{KID: "d", At: late}), provider.ErrConflict)
	require.ErrorIs(t, f.WithdrawSigningKey(ctx, keys.Withdrawal{KID: "b", At: late}), provider.ErrNotFound)
	assert.Equal(t, []string{"c", "d"}, kids())

	// A withdrawal whose successor cannot be added is none.
	require.ErrorIs(t, f.WithdrawSigningKey(ctx, keys.Withdrawal{KID: "d", At: at, Successor: &successor}), provider.ErrConflict)
	assert.Equal(t, []string{"c", "d"}, kids())

	// A server of the previous version adds keys without recording them as known.
	Exec(t, f.url, "DELETE FROM known_signing_keys WHERE kid = 'c'")
	require.NoError(t, f.WithdrawSigningKey(ctx, keys.Withdrawal{KID: "c", At: at.Add(2 * time.Second)}))
	Exec(t, f.url, "INSERT INTO signing_keys (kid, algorithm, sealed, created_at, active_from) SELECT 'a', algorithm, sealed, created_at, created_at FROM signing_keys")
	assert.Equal(t, []string{"d"}, kids(), "neither it nor a key that was imported again")
}

// The migration records the keys that existed before it.
func testKeysBeforeMigration(t *testing.T, f *fixture) {
	ctx := t.Context()
	row := keys.Row{KID: "old", Algorithm: keys.ES256, Sealed: []byte{1}, CreatedAt: f.clock(), ActiveFrom: f.clock()}
	require.NoError(t, f.AddSigningKey(ctx, row))
	f.rollBack(t, "known_keys")
	_, err := f.Migrate(ctx)
	require.NoError(t, err)
	known, err := f.KnownSigningKey(ctx, "old")
	require.NoError(t, err)
	assert.Equal(t, keys.Known{KID: "old", Algorithm: keys.ES256}, known)
}

// The clients that the withdrawal of a key affects.
func testSignedWith(t *testing.T, f *fixture) {
	ctx := t.Context()
	create := func(id string, format client.TokenFormat, idTokens string, grants ...client.GrantType) {
		c := sampleClient(id, f.clock())
		c.TokenFormat, c.IDTokenAlg, c.AccessTokenAlg, c.GrantTypes = format, idTokens, "", grants
		require.NoError(t, f.CreateClient(ctx, c))
	}
	create("opaque", client.Opaque, "", client.ClientCredentials)
	create("signed", client.JWT, "", client.ClientCredentials)
	create("people", client.Opaque, "ES256", client.AuthorizationCode)
	create("rsa", client.JWT, "", client.AuthorizationCode)
	since := f.clock()
	issue := func(g *grant.Grant) *grant.Token {
		tok := f.token(g.ID)
		require.NoError(t, f.InsertToken(ctx, tok))
		return tok
	}
	for _, id := range []string{"opaque", "signed"} {
		issue(f.grant(t, id, nil))
	}
	require.NoError(t, f.RevokeToken(ctx, issue(f.grant(t, "signed", nil)).ID, f.clock()))
	ended := issue(f.grant(t, "signed", nil))
	require.NoError(t, f.EndGrant(ctx, ended.GrantID, f.clock()))
	f.advance(time.Minute)
	issue(f.grant(t, "signed", nil))

	of := func(alg keys.Algorithm, since, now time.Time) []keys.Affected {
		list, err := f.SignedWith(ctx, alg, since, now)
		require.NoError(t, err)
		return list
	}
	assert.Equal(t, []keys.Affected{{ClientID: "people", IDTokens: true}, {ClientID: "signed", AccessTokens: 2}}, of(keys.ES256, since, f.clock()))
	assert.Equal(t, []keys.Affected{{ClientID: "people", IDTokens: true}, {ClientID: "signed", AccessTokens: 1}}, of(keys.ES256, since.Add(time.Second), f.clock()))
	assert.Equal(t, []keys.Affected{{ClientID: "people", IDTokens: true}}, of(keys.ES256, since, f.clock().Add(time.Hour)), "all have expired")
	assert.Equal(t, []keys.Affected{{ClientID: "rsa", IDTokens: true}}, of(keys.RS256, since, f.clock()))
	assert.Empty(t, of(keys.EdDSA, since, f.clock()))
}

func testSettings(t *testing.T, f *fixture) {
	ctx := t.Context()
	version := func() int64 {
		v, _, err := f.Versions(ctx)
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
	assert.Equal(t, seen, version(), "a failed change does not count")

	demo, err := f.IsDemo(ctx)
	require.NoError(t, err)
	assert.False(t, demo)
	require.NoError(t, f.MarkDemo(ctx))
	require.NoError(t, f.MarkDemo(ctx))
	demo, err = f.IsDemo(ctx)
	require.NoError(t, err)
	assert.True(t, demo)
	require.NoError(t, f.MarkConformance(ctx), "the first mark stays")
	conformance, err := f.IsConformance(ctx)
	require.NoError(t, err)
	assert.False(t, conformance)
}

func testConformanceMark(t *testing.T, f *fixture) {
	ctx := t.Context()
	marked, err := f.IsConformance(ctx)
	require.NoError(t, err)
	assert.False(t, marked)
	require.NoError(t, f.MarkConformance(ctx))
	require.NoError(t, f.MarkDemo(ctx), "the first mark stays")
	for what, is := range map[string]func(context.Context) (bool, error){"conformance": f.IsConformance, "demo": f.IsDemo} {
		marked, err := is(ctx)
		require.NoError(t, err)
		assert.True(t, marked, what)
	}
}
