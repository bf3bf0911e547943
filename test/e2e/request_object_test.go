package e2e_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An application signs its requests and encrypts them to the key that the server publishes. Libraries that verify ID tokens
// are not led astray by that key.
func TestSignInByRequestObject(t *testing.T) {
	t.Parallel()
	s := prepare(t, sqliteFile(t))
	s.env = append(s.env, "GATEHOUSE_REQUEST_OBJECTS=request,encrypted")
	s.run()
	s.stdin("wonderland\n", "user", "create", "alice", "--email", "alice@example.com", "--password-stdin")
	key, file := newClientKey(t)
	secret := s.client("app", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid profile", "--jwks", file, "--require-signed-request-object")

	object := s.encrypted(signedBy(t, key, map[string]any{
		"iss": "app", "aud": issuer, "exp": time.Now().Add(time.Hour).Unix(), "response_type": "code", "redirect_uri": callback,
		"scope": "openid profile", "state": "inside", "nonce": "n-0S6", "max_age": 600,
	}))
	ask := "/oauth/authorize?" + url.Values{"client_id": {"app"}, "request": {object}, "state": {"outside"}, "prompt": {"none"}, "redirect_uri": {"https://evil.example"}}.Encode()
	p := s.userAgent(t)
	login := p.open(ask)
	assert.NotContains(t, login.body, object)
	got := returned(t, p.agree(p.follow(p.login(login, "wonderland")), true))
	assert.Equal(t, "inside", got.Get("state"))
	answer := s.exchange(secret, got.Get("code"), nil).json(t)
	ctx := oidc.ClientContext(context.Background(), &http.Client{Transport: toServer{s.url}})
	provider, err := oidc.NewProvider(ctx, issuer)
	require.NoError(t, err)
	idToken, err := provider.Verifier(&oidc.Config{ClientID: "app"}).Verify(ctx, answer["id_token"].(string))
	require.NoError(t, err)
	assert.Equal(t, "n-0S6", idToken.Nonce)

	assert.Equal(t, "invalid_request", returned(t, p.authorize(nil)).Get("error"), "plain requests are refused")
	assert.Equal(t, "invalid_request_object", returned(t, p.authorize(url.Values{"request": {object[:len(object)-4] + "AAAA"}})).Get("error"))
	assert.Equal(t, "request_uri_not_supported", returned(t, p.authorize(url.Values{"request_uri": {"https://app.example.test/o"}})).Get("error"))
}

// newClientKey is a key of an application, and the file of its key set.
func newClientKey(t *testing.T) (key jose.JSONWebKey, file string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	key = jose.JSONWebKey{Key: private, KeyID: "k1", Algorithm: "ES256", Use: "sig"}
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}})
	require.NoError(t, err)
	file = filepath.Join(t.TempDir(), "jwks.json")
	require.NoError(t, os.WriteFile(file, set, 0o600))
	return key, file
}

func signedBy(t *testing.T, key jose.JSONWebKey, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithType("oauth-authz-req+jwt"))
	require.NoError(t, err)
	payload, err := json.Marshal(claims)
	require.NoError(t, err)
	jws, err := signer.Sign(payload)
	require.NoError(t, err)
	text, err := jws.CompactSerialize()
	require.NoError(t, err)
	return text
}

// encrypted encrypts to the last key that the server publishes for that.
func (s *server) encrypted(text string) string {
	s.t.Helper()
	var set jose.JSONWebKeySet
	require.NoError(s.t, json.Unmarshal([]byte(s.get("/oauth/jwks").body), &set))
	key := set.Keys[len(set.Keys)-1]
	require.Equal(s.t, "enc", key.Use)
	encrypter, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.KeyAlgorithm(key.Algorithm), Key: key.Key, KeyID: key.KeyID}, (&jose.EncrypterOptions{}).WithContentType("JWT"))
	require.NoError(s.t, err)
	jwe, err := encrypter.Encrypt([]byte(text))
	require.NoError(s.t, err)
	out, err := jwe.CompactSerialize()
	require.NoError(s.t, err)
	return out
}
