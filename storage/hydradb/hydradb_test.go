package hydradb_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/imports/hydra"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/storage/hydradb"
)

// written is after the fixture was written.
func written() time.Time { return time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC) }

func read(t *testing.T, address, secret string, now time.Time) map[imports.Kind]map[string]imports.Item {
	t.Helper()
	db, err := hydradb.Open(t.Context(), address, now)
	require.NoError(t, err)
	defer func() { assert.NoError(t, db.Close()) }()
	secrets, err := hydra.ParseSecrets(secret)
	require.NoError(t, err)
	all := map[imports.Kind]bool{imports.KindClient: true, imports.KindUser: true, imports.KindConsent: true, imports.KindRefreshToken: true, imports.KindKey: true}
	r := hydra.NewReader(db, secrets, hydra.Options{Kinds: all})
	defer r.Close()
	items := map[imports.Kind]map[string]imports.Item{}
	for {
		item, err := r.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return items
		}
		require.NoError(t, err)
		if items[item.Kind] == nil {
			items[item.Kind] = map[string]imports.Item{}
		}
		require.NotContains(t, items[item.Kind], item.Name)
		items[item.Kind][item.Name] = item
	}
}

func fixture(t *testing.T) (address, secret string) {
	t.Helper()
	text, err := os.ReadFile("testdata/system-secret")
	require.NoError(t, err)
	return "sqlite://testdata/hydra.sqlite", string(text)
}

func TestRead(t *testing.T) {
	t.Parallel()
	address, secret := fixture(t)
	items := read(t, address, secret, written())

	require.Len(t, items[imports.KindClient], 6)
	web := items[imports.KindClient]["web"].Value.(*client.Imported)
	assert.Equal(t, "Web shop", web.Name)
	assert.Equal(t, client.SecretBasic, web.AuthMethod)
	assert.Equal(t, []client.GrantType{client.AuthorizationCode, client.RefreshToken}, web.GrantTypes)
	assert.Equal(t, []string{"https://shop.example.com/cb"}, web.RedirectURIs)
	assert.Equal(t, []string{"https://shop.example.com/bye"}, web.PostLogoutRedirectURIs)
	assert.Equal(t, []string{"openid", "offline_access", "offline", "profile", "notes.read"}, web.Scopes)
	assert.Equal(t, []string{"https://api.example.com"}, web.Audience)
	assert.Equal(t, 30*time.Minute, web.AccessTokenLifetime)
	assert.Equal(t, "https://shop.example.com/terms", web.TOSURI)
	assert.Contains(t, web.SecretHash, "$pbkdf2-sha256$25000$")
	assert.Equal(t, []string{"left out: metadata"}, items[imports.KindClient]["web"].Notes)
	own := items[imports.KindClient]["first"].Value.(*client.Imported)
	assert.True(t, own.FirstParty)
	assert.Equal(t, client.JWT, own.TokenFormat)
	assert.Equal(t, "RS256", own.AccessTokenAlg)
	assert.True(t, items[imports.KindClient]["spa"].Value.(*client.Imported).Public())
	signed := items[imports.KindClient]["signed"].Value.(*client.Imported)
	assert.Equal(t, client.PrivateKeyJWT, signed.AuthMethod)
	assert.Contains(t, signed.JWKS, `"crv":"P-256"`)
	assert.Empty(t, signed.SecretHash)
	assert.Equal(t, "/grant_types", items[imports.KindClient]["implicit"].Fault.Field)

	assert.Len(t, items[imports.KindUser], 4, "erin has neither a live token nor a consent")
	assert.Equal(t, &account.User{Subject: "dave", Username: "dave"}, items[imports.KindUser]["dave"].Value)
	carol := items[imports.KindUser]["carol@example.com"].Value.(*account.User)
	assert.Equal(t, "carol@example.com", carol.Subject)
	assert.Regexp(t, "^user-[0-9a-f]{16}$", carol.Username, "a user name has no @")

	require.Len(t, items[imports.KindConsent], 2)
	assert.Equal(t, imports.Consent{ClientID: "web", Subject: "bob", Scopes: []string{"notes.read", "offline_access", "openid"}, Audience: []string{"https://api.example.com"}},
		items[imports.KindConsent]["bob for web"].Value)

	require.Len(t, items[imports.KindRefreshToken], 5)
	bob := items[imports.KindRefreshToken]["bob at web"]
	assert.Equal(t, []string{"left out: the claims plan of the consent application"}, bob.Notes)
	f := bob.Value.(*grant.Foreign)
	assert.Equal(t, []string{"https://api.example.com"}, f.Audience)
	assert.Equal(t, "1", f.ACR)
	assert.Equal(t, []string{"pwd"}, f.AMR)
	assert.Equal(t, time.Date(2026, 11, 27, 0, 20, 22, 0, time.UTC), *f.AuthTime)
	assert.Len(t, f.Tokens, 1)
	assert.Equal(t, 2036, f.Tokens[0].ExpiresAt.Year())
	assert.Len(t, items[imports.KindRefreshToken]["dave at web"].Value.(*grant.Foreign).Tokens, 1, "the one that was not used")

	require.Len(t, items[imports.KindKey], 2)
	for kid, item := range items[imports.KindKey] {
		key := item.Value.(keys.Foreign)
		assert.Equal(t, kid, key.KID)
		assert.NotContains(t, string(key.JWK), `"d"`, "the private part")
		assert.False(t, key.SignedUntil.IsZero())
	}
}

// What has expired at Hydra is not read.
func TestExpired(t *testing.T) {
	t.Parallel()
	address, secret := fixture(t)
	items := read(t, address, secret, written().AddDate(11, 0, 0))
	assert.Empty(t, items[imports.KindRefreshToken])
	assert.Len(t, items[imports.KindConsent], 1, "that for ever")
}

func TestAnotherSecret(t *testing.T) {
	t.Parallel()
	address, secret := fixture(t)
	items := read(t, address, "another-system-secret", written())
	for _, kind := range []imports.Kind{imports.KindRefreshToken, imports.KindKey} {
		for _, item := range items[kind] {
			require.NotNil(t, item.Fault)
			assert.Contains(t, item.Fault.Reason, "cannot be decrypted")
		}
	}
	// Hydra decrypts with its former secrets too.
	items = read(t, address, "a-newer-system-secret\n"+secret, written())
	assert.Nil(t, items[imports.KindRefreshToken]["bob at web"].Fault)
	for _, bad := range []string{"", "\n", "short"} {
		_, err := hydra.ParseSecrets(bad)
		require.Error(t, err)
	}
}

func TestOtherDatabases(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for _, address := range []string{"", "mysql://hydra:secret@db/hydra", "sqlite:///nowhere/hydra.sqlite", "sqlite://" + empty, "sqlite://testdata/README.md", "postgres://hydra:secret@127.0.0.1:1/hydra?max_conns=1"} {
		_, err := hydradb.Open(t.Context(), address, written())
		require.Error(t, err, address)
		assert.NotContains(t, err.Error(), "secret", "the password")
	}
}

// The database is read, and nothing else.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	address, secret := fixture(t)
	before, err := os.ReadFile("testdata/hydra.sqlite")
	require.NoError(t, err)
	read(t, address, secret, written())
	after, err := os.ReadFile("testdata/hydra.sqlite")
	require.NoError(t, err)
	assert.Equal(t, before, after)
}
