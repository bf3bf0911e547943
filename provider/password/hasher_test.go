package password_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/password"
)

func TestHashVerifiesOnlyItsSecret(t *testing.T) {
	h := password.New(rand.Reader, 2)
	hash, err := h.Hash(t.Context(), "correct horse")
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$"), hash)

	ok, err := h.Verify(t.Context(), hash, "correct horse")
	require.NoError(t, err)
	assert.True(t, ok)
	ok, err = h.Verify(t.Context(), hash, "correct horse ")
	require.NoError(t, err)
	assert.False(t, ok)

	again, err := h.Hash(t.Context(), "correct horse")
	require.NoError(t, err)
	assert.NotEqual(t, hash, again, "each hash has a salt of its own")
}

// bcrypt stops at 72 bytes; a long passphrase must count to its end.
func TestLongSecretsAreNotTruncated(t *testing.T) {
	h := password.New(rand.Reader, 2)
	long := strings.Repeat("a", 100)
	hash, err := h.Hash(t.Context(), long+"b")
	require.NoError(t, err)
	ok, err := h.Verify(t.Context(), hash, long+"c")
	require.NoError(t, err)
	assert.False(t, ok)
}

func TestVerifyRefusesForeignAndExpensiveHashes(t *testing.T) {
	h := password.New(rand.Reader, 1)
	for _, hash := range []string{
		"", "plain", "$2a$10$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$" + strings.Repeat("A", 43),
		"$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHQ$" + strings.Repeat("A", 43),
		"$argon2id$v=19$m=64,t=1000,p=1$c2FsdHNhbHQ$" + strings.Repeat("A", 43),
		"$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$AAAA",
	} {
		_, err := h.Verify(t.Context(), hash, "x")
		assert.ErrorIs(t, err, password.ErrMalformedHash, "%q", hash)
	}
}

func TestWaitersGiveUpWithTheirContext(t *testing.T) {
	h := password.New(rand.Reader, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := h.Hash(ctx, "waits")
	assert.ErrorIs(t, err, context.Canceled)
}

func BenchmarkHash(b *testing.B) {
	h := password.New(rand.Reader, 2)
	for b.Loop() {
		if _, err := h.Hash(b.Context(), "correct horse"); err != nil {
			b.Fatal(err)
		}
	}
}
