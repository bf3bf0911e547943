package keyring_test

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/keyring"
)

func TestSecretsThatCanBeGuessedAreRefused(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{
		strings.Repeat("a", 32), strings.Repeat("ab", 200), strings.Repeat("changeme", 4), strings.Repeat("changeme", 4) + "1",
		strings.Repeat("0123456789", 4), strings.Repeat("0123456789abcdef", 2), "abcdefghijklmnopqrstuvwxyz0123456789",
		"zyxwvutsrqponmlkjihgfedcba9876543210", "my-super-secret-password-changeme!", "PLEASE CHANGE THIS DEFAULT SECRET KEY",
		strings.Repeat("my own 16 letter", 3), strings.Repeat("\x00", 64), "gatehouse-secret-gatehouse-secret-test",
	} {
		err := keyring.CheckSecret([]byte(secret))
		require.ErrorIs(t, err, keyring.ErrWeakSecret, "%q", secret)
		assert.NotContains(t, err.Error(), secret)
	}
	require.ErrorIs(t, keyring.CheckSecret([]byte("short")), keyring.ErrShortSecret)
}

func TestGeneratedSecretsAreAccepted(t *testing.T) {
	t.Parallel()
	for range 20_000 {
		var raw [32]byte
		_, _ = rand.Read(raw[:])
		for _, secret := range []string{
			string(raw[:]), hex.EncodeToString(raw[:]), hex.EncodeToString(raw[:16]), strings.ToUpper(hex.EncodeToString(raw[:])),
			base64.StdEncoding.EncodeToString(raw[:]), base64.RawURLEncoding.EncodeToString(raw[:24]),
		} {
			require.NoError(t, keyring.CheckSecret([]byte(secret)), "%q", secret)
		}
	}
	for _, secret := range []string{"correct horse battery staple and more", "another-secret-of-more-than-32-bytes"} {
		assert.NoError(t, keyring.CheckSecret([]byte(secret)))
	}
}
