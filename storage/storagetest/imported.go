package storagetest

import (
	"bytes"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/storage"
)

// chain is a grant of a user with one imported refresh token.
func (f *fixture) chain(user provider.ID, digest byte) *grant.Chain {
	until := f.clock().Add(24 * time.Hour)
	ends := f.clock().Add(48 * time.Hour)
	g := grant.Grant{
		ID: f.newID(), ClientID: "app", UserID: user, Subject: "alice-1", Scopes: []string{"openid", "a"}, Audience: []string{"https://api"}, Offline: true,
		AuthTime: &until, ACR: "1", AMR: []string{"pwd", "otp"}, CreatedAt: f.clock(), ExpiresAt: &ends,
	}
	t := f.token(g.ID)
	t.AccessExpiresAt, t.RefreshHash, t.RefreshExpiresAt = t.IssuedAt, bytes.Repeat([]byte{digest}, 33), &until
	return &grant.Chain{Grant: g, Tokens: []grant.ImportedToken{{Token: *t, Digest: bytes.Repeat([]byte{digest}, 32), KeptUntil: until.Add(time.Hour)}}}
}

func testImportedTokens(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	u := f.user(t, "alice")
	one, two := f.chain(u.ID, 1), f.chain(u.ID, 2)
	require.NoError(t, f.CreateImported(ctx, []*grant.Chain{one, two}))
	id, err := f.ImportedRefreshToken(ctx, one.Tokens[0].Digest)
	require.NoError(t, err)
	assert.Equal(t, one.Tokens[0].ID, id)
	_, err = f.ImportedRefreshToken(ctx, bytes.Repeat([]byte{3}, 32))
	require.ErrorIs(t, err, provider.ErrNotFound)
	got, err := f.RefreshToken(ctx, id, false)
	require.NoError(t, err)
	assert.Equal(t, &one.Grant, got.Grant)
	assert.Equal(t, &one.Tokens[0].Token, got.Token)
	assert.True(t, got.UserEnabled)
	assert.True(t, got.MayUse)

	found, err := f.ImportedDigests(ctx, [][]byte{bytes.Repeat([]byte{9}, 32), two.Tokens[0].Digest})
	require.NoError(t, err)
	assert.Equal(t, [][]byte{two.Tokens[0].Digest}, found)
	// All or none.
	three, again := f.chain(u.ID, 3), f.chain(u.ID, 1)
	require.ErrorIs(t, f.CreateImported(ctx, []*grant.Chain{three, again}), provider.ErrConflict)
	_, err = f.ImportedRefreshToken(ctx, three.Tokens[0].Digest)
	require.ErrorIs(t, err, provider.ErrNotFound)

	// The row of a digest outlives the token.
	janitor := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil)
	f.advance(24*time.Hour + 59*time.Minute)
	_, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	_, err = f.ImportedRefreshToken(ctx, one.Tokens[0].Digest)
	require.NoError(t, err)
	f.advance(2 * time.Minute)
	_, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	_, err = f.ImportedRefreshToken(ctx, one.Tokens[0].Digest)
	require.ErrorIs(t, err, provider.ErrNotFound)
}

// Of concurrent imports of the same token one stores it.
func testImportRace(t *testing.T, f *fixture) {
	f.client(t, "app")
	u := f.user(t, "alice")
	var stored atomic.Int64
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			err := f.CreateImported(t.Context(), []*grant.Chain{f.chain(u.ID, 1)})
			if err == nil {
				stored.Add(1)
			} else {
				assert.ErrorIs(t, err, provider.ErrConflict)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, stored.Load())
}

func testImportedSecrets(t *testing.T, f *fixture) {
	ctx := t.Context()
	secret := grant.ImportedSecret{ID: f.newID(), Sealed: []byte("sealed")}
	version, _, err := f.Versions(ctx)
	require.NoError(t, err)
	later := f.clock().Add(time.Hour)
	require.NoError(t, f.KeepImportedSecret(ctx, secret, later))
	require.NoError(t, f.KeepImportedSecret(ctx, grant.ImportedSecret{ID: secret.ID, Sealed: []byte("again")}, later.Add(-time.Minute)), "never earlier")
	after, _, err := f.Versions(ctx)
	require.NoError(t, err)
	assert.Greater(t, after, version, "servers learn it")
	require.NoError(t, f.ResealImportedSecret(ctx, secret.ID, []byte("another"), []byte("lost")))
	got, err := f.ImportedSecrets(ctx)
	require.NoError(t, err)
	assert.Equal(t, []grant.ImportedSecret{secret}, got)
	require.NoError(t, f.ResealImportedSecret(ctx, secret.ID, []byte("sealed"), []byte("newer")))
	janitor := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil)
	f.setTime(later)
	_, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	got, err = f.ImportedSecrets(ctx)
	require.NoError(t, err)
	assert.Equal(t, []byte("newer"), got[0].Sealed)
	f.advance(time.Second)
	_, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	got, err = f.ImportedSecrets(ctx)
	require.NoError(t, err)
	assert.Empty(t, got, "the last token has expired")
}

func testImportedKeys(t *testing.T, f *fixture) {
	ctx := t.Context()
	row := keys.ForeignRow{KID: "public:1", JWK: `{"kty":"RSA"}`, CreatedAt: f.clock(), GoneAt: f.clock().Add(time.Hour)}
	require.NoError(t, f.AddForeignKeys(ctx, []keys.ForeignRow{row}))
	require.ErrorIs(t, f.AddForeignKeys(ctx, []keys.ForeignRow{row}), provider.ErrConflict)
	got, err := f.ForeignKeys(ctx)
	require.NoError(t, err)
	assert.Equal(t, []keys.ForeignRow{row}, got)
	require.NoError(t, f.RemoveForeignKey(ctx, row.KID))
	require.ErrorIs(t, f.RemoveForeignKey(ctx, row.KID), provider.ErrNotFound)
}

func testUserIDs(t *testing.T, f *fixture) {
	u, old := f.user(t, "alice"), f.user(t, "bob")
	Exec(t, f.url, "UPDATE users SET subject = NULL WHERE username = 'bob'")
	got, err := f.UserIDs(t.Context(), []string{u.Subject, old.ID.String(), "nobody", u.ID.String()})
	require.NoError(t, err)
	assert.Equal(t, map[string]provider.ID{u.Subject: u.ID, old.ID.String(): old.ID}, got, "the id is the subject of older accounts alone")
	f.client(t, "app")
	registered, err := f.Registered(t.Context(), []string{"app", "nothing"})
	require.NoError(t, err)
	assert.Equal(t, map[string]bool{"app": true}, registered)
}
