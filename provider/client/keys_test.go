package client_test

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// ecKey is a key of P-256 with more members.
func ecKey(kid, more string) string {
	return `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"` + kid + `"` + more + `}`
}

func ecSet(t *testing.T, keys ...string) client.KeySet {
	t.Helper()
	set, err := client.ParseKeySet([]byte(`{"keys":[` + strings.Join(keys, ",") + `]}`))
	require.NoError(t, err)
	return set
}

// The operations of a key say what it is for, as its use does (RFC 7517 section 4.3).
func TestKeysAreForTheirOperations(t *testing.T) {
	t.Parallel()
	set := ecSet(
		t, ecKey("verify", `,"key_ops":["verify"]`), ecKey("derive", `,"key_ops":["deriveBits"]`), ecKey("both", `,"key_ops":["verify","deriveKey"]`),
		ecKey("browser", `,"key_ops":[]`), ecKey("null", `,"key_ops":null`), ecKey("sign", `,"key_ops":["sign"]`), ecKey("text", `,"key_ops":"verify"`),
		ecKey("against", `,"use":"sig","key_ops":["deriveBits"]`), ecKey("against2", `,"use":"enc","key_ops":["verify"]`), ecKey("sig", `,"use":"sig","key_ops":["verify"]`),
	)
	assert.Equal(t, []string{"verify", "both", "browser", "null"}, kids(set.Signing("ES256", "")))
	assert.Equal(t, []string{"sig"}, kids(set.Signing("ES256", "sig")))
	assert.Equal(t, []string{"derive", "both", "browser", "null"}, kids(set.Encryption("ECDH-ES")))
	for _, kid := range []string{"sign", "text", "against", "against2", "derive"} {
		assert.Empty(t, set.Signing("ES256", kid), kid)
	}
}

// Anybody can send a signature that does not name its key, and each key that is tried costs time.
func TestFewKeysAreTried(t *testing.T) {
	t.Parallel()
	var keys []string
	for n := range 19 {
		keys = append(keys, ecKey(fmt.Sprint(n), ""))
	}
	set := ecSet(t, append(keys, strings.Replace(ecKey("", ""), `,"kid":""`, "", 1))...)
	assert.Equal(t, []string{"0", "1", "2", "3"}, kids(set.Signing("ES256", "")))
	assert.Equal(t, []string{"18", ""}, kids(set.Signing("ES256", "18")))
	nameless := strings.Replace(ecKey("", ""), `,"kid":""`, "", 1)
	set = ecSet(t, nameless, nameless, nameless, nameless, nameless, ecKey("k", ""))
	assert.Equal(t, []string{"k", "", "", ""}, kids(set.Signing("ES256", "k")))

	ofBits := func(n uint) error {
		modulus := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), n), big.NewInt(1))
		text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &rsa.PublicKey{N: modulus, E: 65537}}}})
		require.NoError(t, err)
		_, err = client.ParseKeySet(text)
		return err
	}
	require.NoError(t, ofBits(4096))
	require.Error(t, ofBits(4097))
	require.Error(t, ofBits(2047))
}
