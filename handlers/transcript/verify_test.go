package transcript_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/transcript"
)

// Each check finds the one thing that is wrong, and nothing else.
func TestEachCheckFindsItsFault(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	now := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	expected := transcript.Expected{
		Keys: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k"}}}, Issuer: "https://id.example", Audience: "app", Nonce: "n", AccessToken: "at", Now: now,
	}
	sign := func(id string, claim string, value any) string {
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: id}}, nil)
		require.NoError(t, err)
		claims := map[string]any{"iss": "https://id.example", "aud": []string{"other", "app"}, "exp": now.Unix() + 1, "nonce": "n", "at_hash": half("at")}
		claims[claim] = value
		text, err := json.Marshal(claims)
		require.NoError(t, err)
		signed, err := signer.Sign(text)
		require.NoError(t, err)
		token, err := signed.CompactSerialize()
		require.NoError(t, err)
		return token
	}
	for _, c := range []struct {
		id, claim string
		value     any
		wrong     []string
	}{
		{"k", "sub", "s", nil},
		{"k", "aud", "app", nil},
		{"", "sub", "s", nil},
		{"other", "sub", "s", []string{transcript.Signature}},
		{"k", "iss", "https://evil.example", []string{"iss"}},
		{"k", "aud", "another", []string{"aud"}},
		{"k", "aud", []string{}, []string{"aud"}},
		{"k", "exp", now.Unix(), []string{"exp"}},
		{"k", "nonce", "m", []string{"nonce"}},
		{"k", "nonce", "", []string{"nonce"}},
		{"k", "at_hash", "x", []string{"at_hash"}},
	} {
		findings, err := transcript.Verify(sign(c.id, c.claim, c.value), expected)
		require.NoError(t, err)
		var wrong []string
		for _, f := range findings {
			if !f.Good {
				wrong = append(wrong, f.Name)
			}
		}
		assert.Equal(t, c.wrong, wrong, c)
	}
	for _, malformed := range []string{"", "a.b.c", sign("k", "aud", 5), sign("k", "exp", "soon"), base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + ".e30."} {
		_, err := transcript.Verify(malformed, expected)
		require.Error(t, err, malformed)
	}
	other := expected
	other.Keys = jose.JSONWebKeySet{}
	findings, err := transcript.Verify(sign("", "sub", "s"), other)
	require.NoError(t, err)
	assert.False(t, findings[0].Good, "no keys")
}

// half is at_hash with SHA-256.
func half(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// Ed25519 hashes with SHA-512.
func TestHashOfEdDSA(t *testing.T) {
	t.Parallel()
	public, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: key}, nil)
	require.NoError(t, err)
	sum := sha512.Sum512([]byte("at"))
	text, err := json.Marshal(map[string]any{"iss": "i", "exp": 2e9, "at_hash": base64.RawURLEncoding.EncodeToString(sum[:32])})
	require.NoError(t, err)
	signed, err := signer.Sign(text)
	require.NoError(t, err)
	token, err := signed.CompactSerialize()
	require.NoError(t, err)
	findings, err := transcript.Verify(token, transcript.Expected{Keys: jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: public}}}, Issuer: "i", AccessToken: "at"})
	require.NoError(t, err)
	for _, f := range findings {
		assert.True(t, f.Good, f.Name)
	}
	assert.Len(t, findings, 4)
}
