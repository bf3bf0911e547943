package client_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// bcrypted is the hash of "correct horse battery" by passlib.
const bcrypted = "$2b$05$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu"

func importing(t *testing.T) (*storage.Store, *client.Registry, *client.Secrets) {
	t.Helper()
	store, secrets := storagetest.SQLite(t, time.Now), newSecrets()
	gate := audit.NewGate(store, store, (*event.Bus)(nil), time.Now, rand.Reader)
	return store, client.NewRegistry(store, gate, secrets, time.Now, rand.Reader), secrets
}

func imported(id string, change func(i *client.Imported)) *client.Imported {
	i := &client.Imported{Client: client.Client{ID: id, GrantTypes: []client.GrantType{client.ClientCredentials}, Scopes: []string{"read"}}}
	change(i)
	return i
}

func sha256Hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return "$sha256$" + base64.StdEncoding.EncodeToString(sum[:])
}

func TestImportedSecretsVerifyAndAreUpgraded(t *testing.T) {
	t.Parallel()
	store, registry, secrets := importing(t)
	long, short := strings.Repeat("k", 40), "short-secret"
	batch := func() []*client.Imported {
		return []*client.Imported{
			imported("clear", func(i *client.Imported) { i.Secret = long }),
			imported("short", func(i *client.Imported) { i.Secret = short }),
			imported("bcrypt", func(i *client.Imported) { i.SecretHash = bcrypted }),
			imported("sha256", func(i *client.Imported) { i.SecretHash = sha256Hash(long) }),
			imported("public", func(i *client.Imported) {
				i.AuthMethod, i.GrantTypes, i.RedirectURIs = client.None, []client.GrantType{client.AuthorizationCode}, []string{"https://app.example.com/cb"}
			}),
			imported("shared", func(i *client.Imported) { i.AuthMethod, i.Secret = client.SecretJWT, long }),
		}
	}
	results, err := registry.Import(store, audittest.Operator(), true).Add(t.Context(), batch(), nil)
	require.NoError(t, err)
	require.Equal(t, make([]error, 6), results)
	_, err = store.Client(t.Context(), "clear")
	require.ErrorIs(t, err, provider.ErrNotFound, "nothing was written")

	adder := registry.Import(store, audittest.Operator(), false)
	results, err = adder.Add(t.Context(), batch(), map[string]any{"file": "f"})
	require.NoError(t, err)
	require.Equal(t, make([]error, 6), results)
	present := func() {
		t.Helper()
		results, err = adder.Add(t.Context(), batch(), nil)
		require.NoError(t, err)
		for i, result := range results {
			assert.ErrorIs(t, result, client.ErrPresent, i)
		}
	}
	present()

	upgrades := client.NewUpgrades(secrets, store, client.NewDirectory(store, nil), (*event.Bus)(nil))
	for id, secret := range map[string]string{"clear": long, "short": short, "bcrypt": "correct horse battery", "sha256": long} {
		c, err := store.Client(t.Context(), id)
		require.NoError(t, err)
		assert.NotContains(t, c.Secrets[0].Hash, secret, id)
		for presented, want := range map[string]bool{secret: true, secret + "x": false} {
			ok, err := secrets.Verify(t.Context(), c, presented, time.Now())
			require.NoError(t, err, id)
			assert.Equal(t, want, ok, id)
		}
		upgrades.Upgrade(t.Context(), c, secret, time.Now())
		after, err := store.Client(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, id == "bcrypt", c.Secrets[0].Hash != after.Secrets[0].Hash, id)
		ok, err := secrets.Verify(t.Context(), after, secret, time.Now())
		require.NoError(t, err)
		assert.True(t, ok, id)
	}
	present()
	records, err := store.Records(t.Context(), audit.Filter{Action: audit.ClientImport}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Contains(t, records[0].Changes["ids"].After, "sha256")
}

func TestImportRefusesClientsThatCouldNotBeRegistered(t *testing.T) {
	t.Parallel()
	store, registry, _ := importing(t)
	adder := registry.Import(store, audittest.Operator(), false)
	fine := func(i *client.Imported) { i.Secret = strings.Repeat("k", 40) }
	_, err := adder.Add(t.Context(), []*client.Imported{imported("known", fine)}, nil)
	require.NoError(t, err)
	for name, test := range map[string]struct {
		change func(i *client.Imported)
		want   string
	}{
		"no id":                 {func(i *client.Imported) { i.ID = "" }, "client_id: must be"},
		"a colon":               {func(i *client.Imported) { i.ID = "a:b" }, "client_id: must not have a colon"},
		"no secret":             {func(i *client.Imported) { i.Secret = "" }, "client_secret: is missing"},
		"a mask":                {func(i *client.Imported) { i.Secret = "**********" }, "client_secret: is a mask"},
		"a long mask":           {func(i *client.Imported) { i.Secret = strings.Repeat("*", 40) }, "client_secret: is a mask"},
		"a vault's key":         {func(i *client.Imported) { i.Secret = "${vault.shop_secret}" }, "client_secret: is a mask"},
		"a variable":            {func(i *client.Imported) { i.Secret = "${CLIENT_SECRET_OF_THE_SHOP_THAT_IS_LONG}" }, "client_secret: is a mask"},
		"a mask as key":         {func(i *client.Imported) { i.Secret, i.AuthMethod = strings.Repeat("*", 40), client.SecretJWT }, "client_secret: is a mask"},
		"secret and hash":       {func(i *client.Imported) { i.SecretHash = bcrypted }, "client_secret_hash: is given beside"},
		"short secret":          {func(i *client.Imported) { i.Secret = "1234567" }, "client_secret: must be 8 to 200"},
		"secret with a NUL":     {func(i *client.Imported) { i.Secret = "123456789\x00" }, "client_secret: must be 8 to 200"},
		"a hash that is none":   {func(i *client.Imported) { i.Secret, i.SecretHash = "", "0123456789abcdef" }, "client_secret_hash: must be a hash"},
		"half a digest":         {func(i *client.Imported) { i.Secret, i.SecretHash = "", "$sha256$AAAA" }, "client_secret_hash: must have the 32 bytes"},
		"a hash as key":         {func(i *client.Imported) { i.Secret, i.SecretHash, i.AuthMethod = "", bcrypted, client.SecretJWT }, "does not suffice"},
		"a short key":           {func(i *client.Imported) { i.Secret, i.AuthMethod = "only-20-characters-x", client.SecretJWT }, "32 characters"},
		"a public one's secret": {func(i *client.Imported) { i.AuthMethod, i.GrantTypes = client.None, nil }, "is not for a client"},
		"a wildcard":            {func(i *client.Imported) { i.RedirectURIs = []string{"https://*.example.com/cb"} }, "wildcard"},
		"a NUL in the name":     {func(i *client.Imported) { i.Name = "a\x00" }, "client_name: must not have the control character U+0000"},
		"another registration":  {func(i *client.Imported) { i.ID, i.Scopes = "known", []string{"read", "write"} }, "differs in scopes"},
		"another secret":        {func(i *client.Imported) { i.ID, i.Secret = "known", strings.Repeat("x", 40) }, "differs in client_secret"},
	} {
		i := imported("new", fine)
		test.change(i)
		results, err := adder.Add(t.Context(), []*client.Imported{i}, nil)
		require.NoError(t, err, name)
		if assert.Error(t, results[0], name) {
			assert.Contains(t, results[0].Error(), test.want, name)
		}
	}
	_, err = store.Client(t.Context(), "new")
	require.ErrorIs(t, err, provider.ErrNotFound)

	results, err := adder.Add(t.Context(), []*client.Imported{imported("twice", fine), imported("twice", fine)}, nil)
	require.NoError(t, err)
	require.NoError(t, results[0])
	assert.ErrorIs(t, results[1], provider.ErrConflict)
}

// Who may not register a client with a management scope may not import one either.
func TestImportGivesNoScopeThatTheActorHasNot(t *testing.T) {
	t.Parallel()
	store, registry, _ := importing(t)
	actor := audit.Actor{Kind: audit.ClientActor, ID: "c", Scopes: []string{"gatehouse:clients:write"}}
	i := imported("manager", func(i *client.Imported) {
		i.Secret, i.Scopes = strings.Repeat("k", 40), []string{"gatehouse:users:write"}
	})
	results, err := registry.Import(store, actor, false).Add(t.Context(), []*client.Imported{i}, nil)
	require.NoError(t, err)
	require.ErrorIs(t, results[0], audit.ErrForbidden)
	_, err = registry.Import(store, audit.Actor{Kind: audit.ClientActor, ID: "c"}, false).Add(t.Context(), []*client.Imported{imported("any", func(i *client.Imported) { i.Secret = strings.Repeat("k", 40) })}, nil)
	assert.ErrorIs(t, err, audit.ErrForbidden)
}
