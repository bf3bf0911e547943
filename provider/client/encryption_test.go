package client_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// sets makes key sets; the keys are made once.
type sets struct {
	t          *testing.T
	rsa, weak  *rsa.PrivateKey
	p256, p384 *ecdsa.PrivateKey
	edwards    ed25519.PublicKey
}

func newSets(t *testing.T) *sets {
	t.Helper()
	s := &sets{t: t}
	var err error
	s.rsa, err = rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	s.weak, err = rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	for curve, into := range map[elliptic.Curve]**ecdsa.PrivateKey{elliptic.P256(): &s.p256, elliptic.P384(): &s.p384} {
		*into, err = ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
	}
	s.edwards, _, err = ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return s
}

func (s *sets) set(keys ...jose.JSONWebKey) string {
	s.t.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: keys})
	require.NoError(s.t, err)
	return string(text)
}

func jwk(kid, use, alg string, key crypto.PublicKey) jose.JSONWebKey {
	return jose.JSONWebKey{KeyID: kid, Use: use, Algorithm: alg, Key: key}
}

// A key is chosen by what it may be used for: to encrypt to one for signatures, or to a weak one, is worse than a
// refusal.
func TestEncryptionKeyOfASet(t *testing.T) {
	t.Parallel()
	s := newSets(t)
	for name, c := range map[string]struct {
		alg, want string
		set       []jose.JSONWebKey
	}{
		"for encryption first":   {"RSA-OAEP-256", "c", []jose.JSONWebKey{jwk("a", "sig", "", &s.rsa.PublicKey), jwk("b", "", "", &s.rsa.PublicKey), jwk("c", "enc", "", &s.rsa.PublicKey), jwk("d", "enc", "", &s.rsa.PublicKey)}},
		"without use":            {"RSA-OAEP-256", "b", []jose.JSONWebKey{jwk("a", "sig", "", &s.rsa.PublicKey), jwk("b", "", "", &s.rsa.PublicKey)}},
		"for signatures alone":   {"RSA-OAEP-256", "", []jose.JSONWebKey{jwk("a", "sig", "", &s.rsa.PublicKey)}},
		"of an unknown use":      {"RSA-OAEP-256", "", []jose.JSONWebKey{jwk("a", "tls", "", &s.rsa.PublicKey)}},
		"of the algorithm":       {"RSA-OAEP-256", "b", []jose.JSONWebKey{jwk("a", "enc", "RSA-OAEP", &s.rsa.PublicKey), jwk("b", "enc", "RSA-OAEP-256", &s.rsa.PublicKey)}},
		"of another algorithm":   {"RSA-OAEP-256", "", []jose.JSONWebKey{jwk("a", "enc", "RSA1_5", &s.rsa.PublicKey)}},
		"of signatures by alg":   {"RSA-OAEP-256", "", []jose.JSONWebKey{jwk("a", "", "RS256", &s.rsa.PublicKey)}},
		"too small":              {"RSA-OAEP-256", "", []jose.JSONWebKey{jwk("a", "enc", "", &s.weak.PublicKey)}},
		"a curve for RSA":        {"RSA-OAEP-256", "", []jose.JSONWebKey{jwk("a", "enc", "", &s.p256.PublicKey)}},
		"RSA for a curve":        {"ECDH-ES", "", []jose.JSONWebKey{jwk("a", "enc", "", &s.rsa.PublicKey)}},
		"another kind first":     {"ECDH-ES+A256KW", "b", []jose.JSONWebKey{jwk("a", "enc", "", &s.rsa.PublicKey), jwk("b", "enc", "", &s.p256.PublicKey)}},
		"a larger curve":         {"ECDH-ES", "a", []jose.JSONWebKey{jwk("a", "enc", "", &s.p384.PublicKey)}},
		"a curve for signatures": {"ECDH-ES", "", []jose.JSONWebKey{jwk("a", "enc", "", s.edwards)}},
		"none":                   {"ECDH-ES", "", []jose.JSONWebKey{jwk("a", "sig", "", s.edwards)}},
	} {
		keys, err := client.ParseKeySet([]byte(s.set(append(c.set, jwk("other", "sig", "", s.edwards))...)))
		require.NoError(t, err, name)
		kid := ""
		if fitting := keys.Encryption(c.alg); len(fitting) > 0 {
			kid = fitting[0].KeyID
		}
		assert.Equal(t, c.want, kid, name)
	}
	for name, text := range map[string]string{
		"a private key": s.set(jwk("a", "enc", "", s.rsa)), "a secret": `{"keys":[{"kty":"oct","k":"c2VjcmV0","use":"enc"}]}`, "100 keys": s.set(many(100, &s.p256.PublicKey)...),
		"no keys": `{"keys":[]}`, "no set": `[]`, "nothing": ``, "two members": `{"keys":[],"keys":[{}]}`, "nested": strings.Repeat(`{"keys":`, 100), "too long": `{"keys":[{}],"x":"` + strings.Repeat("x", client.MaxKeySet) + `"}`,
	} {
		_, err := client.ParseKeySet([]byte(text))
		assert.Error(t, err, name)
	}
	_, err := client.ParseKeySet([]byte(`{"keys":[{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA","use":"enc"},{"kty":"RSA","n":"AQAB","e":"AQAB"}]}`))
	assert.Error(t, err, "a point that is not on the curve, and a modulus of 17 bits")
}

func many(n int, key crypto.PublicKey) []jose.JSONWebKey {
	keys := make([]jose.JSONWebKey, n)
	for i := range keys {
		keys[i] = jwk("k"+strings.Repeat("x", i), "enc", "", key)
	}
	return keys
}

func TestEncryptedAnswersNeedKeys(t *testing.T) {
	t.Parallel()
	s := newSets(t)
	encryption, signature := s.set(jwk("e", "enc", "", &s.p256.PublicKey)), s.set(jwk("s", "sig", "", &s.p256.PublicKey))
	for name, c := range map[string]struct {
		change func(c *client.Client)
		want   []string
	}{
		"encrypted ID tokens": {func(c *client.Client) { c.IDTokenEncryptionAlg, c.JWKS = "ECDH-ES", encryption }, nil},
		"both": {func(c *client.Client) {
			c.UserInfoSigningAlg, c.UserInfoEncryptionAlg, c.UserInfoEncryptionEnc, c.JWKSURI = "EdDSA", "RSA-OAEP-256", "A256GCM", "https://app.example.com/jwks"
		}, nil},
		"no keys":               {func(c *client.Client) { c.IDTokenEncryptionAlg = "ECDH-ES" }, []string{"id_token_encrypted_response_alg encryption_keys"}},
		"keys for signatures":   {func(c *client.Client) { c.IDTokenEncryptionAlg, c.JWKS = "ECDH-ES", signature }, []string{"jwks encryption_key"}},
		"keys of another kind":  {func(c *client.Client) { c.UserInfoEncryptionAlg, c.JWKS = "RSA-OAEP-256", encryption }, []string{"jwks encryption_key"}},
		"keys that are none":    {func(c *client.Client) { c.UserInfoEncryptionAlg, c.JWKS = "RSA-OAEP-256", "{}" }, []string{"jwks keys"}},
		"encryption keys alone": {func(c *client.Client) { c.JWKS = encryption }, nil},
		"and none to sign with": {func(c *client.Client) {
			c.AuthMethod, c.IDTokenEncryptionAlg, c.JWKS = client.PrivateKeyJWT, "ECDH-ES", encryption
		}, []string{"jwks keys"}},
		"enc alone":               {func(c *client.Client) { c.IDTokenEncryptionEnc, c.JWKS = "A128GCM", signature }, []string{"id_token_encrypted_response_enc encryption_alg"}},
		"unsigned UserInfo":       {func(c *client.Client) { c.UserInfoSigningAlg = "none" }, []string{"userinfo_signed_response_alg choice"}},
		"UserInfo by the secret":  {func(c *client.Client) { c.UserInfoSigningAlg = "HS256" }, []string{"userinfo_signed_response_alg choice"}},
		"an algorithm that leaks": {func(c *client.Client) { c.IDTokenEncryptionAlg, c.JWKS = "RSA1_5", encryption }, []string{"id_token_encrypted_response_alg choice"}},
		"an unknown encryption": {func(c *client.Client) {
			c.IDTokenEncryptionAlg, c.IDTokenEncryptionEnc, c.JWKS = "ECDH-ES", "A512GCM", encryption
		}, []string{"id_token_encrypted_response_enc choice"}},
		"encrypted by the secret":  {func(c *client.Client) { c.UserInfoEncryptionAlg, c.JWKS = "A128KW", encryption }, []string{"userinfo_encrypted_response_alg choice"}},
		"encryption in lower case": {func(c *client.Client) { c.UserInfoEncryptionAlg, c.JWKSURI = "ecdh-es", "https://app.example.com/jwks" }, []string{"userinfo_encrypted_response_alg choice"}},
	} {
		of := &client.Client{ID: "app", GrantTypes: []client.GrantType{client.AuthorizationCode}, RedirectURIs: []string{"https://app.example.com/cb"}, Scopes: []string{"openid"}}
		c.change(of)
		of.FillDefaults()
		err := of.Validate()
		if c.want == nil {
			assert.NoError(t, err, name)
			continue
		}
		assert.Equal(t, c.want, faults(t, err), name)
	}
}
