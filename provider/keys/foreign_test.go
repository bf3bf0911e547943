package keys_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

func foreignJWK(t *testing.T, kid string) []byte {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	text, err := json.Marshal(jose.JSONWebKey{Key: private, KeyID: kid, Algorithm: "ES256"})
	require.NoError(t, err)
	require.Contains(t, string(text), `"d":`)
	return text
}

func publishedIDs(t *testing.T, f *fixture) []string {
	t.Helper()
	body, err := f.JWKS(t.Context())
	require.NoError(t, err)
	assert.NotContains(t, string(body), `"d":`)
	var set jose.JSONWebKeySet
	require.NoError(t, json.Unmarshal(body, &set))
	var kids []string
	for _, k := range set.Keys {
		kids = append(kids, k.KeyID)
	}
	return kids
}

// A key of another server is published after those of this one, signs nothing, and goes by itself.
func TestForeignKeys(t *testing.T) {
	t.Parallel()
	f := newFixture(t, keys.ES256)
	short, err := keys.ParseForeign(foreignJWK(t, "public:short"))
	require.NoError(t, err)
	long, err := keys.ParseForeign(foreignJWK(t, "public:long"))
	require.NoError(t, err)
	long.SignedUntil = f.now.Add(10 * 24 * time.Hour)
	gate, log := audittest.NewGate(func() time.Time { return f.now })
	clock := func() time.Time { return f.now }
	results, err := keys.NewImport(f.store, gate, clock, audittest.Operator(), true).Add(t.Context(), []keys.Foreign{short, long}, nil)
	require.NoError(t, err)
	assert.Equal(t, []error{nil, nil}, results)
	assert.Empty(t, f.store.foreign, "a dry run")
	i := keys.NewImport(f.store, gate, clock, audittest.Operator(), false)
	results, err = i.Add(t.Context(), []keys.Foreign{short, long, short}, nil)
	require.NoError(t, err)
	assert.Equal(t, []error{nil, nil, keys.ErrPresent}, results)
	results, err = i.Add(t.Context(), []keys.Foreign{long}, nil)
	require.NoError(t, err)
	assert.Equal(t, []error{keys.ErrPresent}, results)
	assert.Len(t, log.Records(), 1)

	require.NoError(t, f.Refresh(t.Context()))
	kids := publishedIDs(t, f)
	require.Len(t, kids, 3)
	assert.Equal(t, []string{"public:short", "public:long"}, kids[1:])
	assert.Len(t, f.Known(t.Context()), 1, "no key that could sign")
	f.now = f.now.Add(keys.Overlap)
	assert.Equal(t, []string{"public:long"}, publishedIDs(t, f)[1:])
	_, err = f.Withdraw(t.Context(), audittest.Operator(), "public:long")
	require.NoError(t, err)
	assert.Len(t, publishedIDs(t, f), 1)
	_, err = f.Withdraw(t.Context(), audittest.Operator(), "public:long")
	require.ErrorIs(t, err, provider.ErrNotFound)
}

func TestForeignKeysThatAreNone(t *testing.T) {
	t.Parallel()
	good := string(foreignJWK(t, "k"))
	for name, text := range map[string]string{
		"nothing": "", "no object": "[]", "symmetric": `{"kty":"oct","k":"c2VjcmV0","kid":"k","alg":"HS256"}`,
		"symmetric as RS256": `{"kty":"oct","k":"c2VjcmV0","kid":"k","alg":"RS256"}`, "for encryption": strings.Replace(good, `"kty"`, `"use":"enc","kty"`, 1),
		"no kid": string(foreignJWK(t, "")), "a long kid": string(foreignJWK(t, strings.Repeat("k", 256))), "a kid with a space": string(foreignJWK(t, "a b")),
		"alg none": strings.Replace(good, `"ES256"`, `"none"`, 1), "deep": strings.Repeat(`{"a":`, 10_000),
	} {
		_, err := keys.ParseForeign([]byte(text))
		require.ErrorIs(t, err, keys.ErrForeign, name)
	}
	_, err := keys.ParseForeign([]byte(good))
	require.NoError(t, err)
}
