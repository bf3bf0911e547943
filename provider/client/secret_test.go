package client_test

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/password"
)

func newSecrets() *client.Secrets {
	return client.NewSecrets(password.New(rand.Reader, 2), mirror{}, rand.Reader)
}

// mirror seals by reversing, which suffices to tell a sealed value.
type mirror struct{}

func (mirror) SealFor(context, plaintext []byte) []byte {
	sealed := append(slices.Clone(context), plaintext...)
	slices.Reverse(sealed)
	return sealed
}

func (mirror) Stale([]byte) bool { return false }

func (mirror) OpenFor(context, sealed []byte) ([]byte, error) {
	plain := slices.Clone(sealed)
	slices.Reverse(plain)
	return plain[len(context):], nil
}

func TestGeneratedSecretsAre64HexCharacters(t *testing.T) {
	s := newSecrets()
	a, b := s.Generate(), s.Generate()
	assert.Regexp(t, "^[0-9a-f]{64}$", a)
	assert.NotEqual(t, a, b)
}

func TestSecretsAreKeptAsHashesAndShortOnesSlowly(t *testing.T) {
	s := newSecrets()
	long, short := strings.Repeat("k", 32), "short-secret"
	for _, secret := range []string{long, short} {
		hash, err := s.Keep(t.Context(), &client.Client{}, secret)
		require.NoError(t, err)
		assert.NotContains(t, hash, secret)
		assert.Equal(t, secret == short, strings.HasPrefix(hash, "$argon2id$"), hash)
	}
}

func TestVerifyTriesEveryLiveSecret(t *testing.T) {
	s := newSecrets()
	now := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	past, future := now.Add(-time.Second), now.Add(time.Hour)
	hash := func(secret string) string {
		h, err := s.Keep(t.Context(), &client.Client{}, secret)
		require.NoError(t, err)
		return h
	}
	expired, ending, slow := strings.Repeat("a", 40), strings.Repeat("b", 40), "chosen by hand"
	c := &client.Client{Secrets: []client.Secret{
		{Hash: hash(expired), ExpiresAt: &past}, {Hash: hash(ending), ExpiresAt: &future}, {Hash: hash(slow)},
	}}
	for secret, want := range map[string]bool{expired: false, ending: true, slow: true, "": false, ending + "x": false, "\xff": false} {
		ok, err := s.Verify(t.Context(), c, secret, now)
		require.NoError(t, err)
		assert.Equal(t, want, ok, "%q", secret)
	}
	ok, err := s.Verify(t.Context(), c, ending, future)
	require.NoError(t, err)
	assert.False(t, ok, "a secret expires exactly at its time")
}

func BenchmarkVerifyMachineMadeSecret(b *testing.B) {
	s := newSecrets()
	secret := s.Generate()
	hash, err := s.Keep(b.Context(), &client.Client{}, secret)
	require.NoError(b, err)
	c := &client.Client{Secrets: []client.Secret{{Hash: hash}}}
	for b.Loop() {
		if ok, _ := s.Verify(b.Context(), c, secret, time.Time{}); !ok {
			b.Fatal("refused")
		}
	}
}
