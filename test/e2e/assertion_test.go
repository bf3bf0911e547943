package e2e_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func assertionOf(t *testing.T, id, kid, jti string, key crypto.Signer) url.Values {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, nil)
	require.NoError(t, err)
	now := time.Now().Unix()
	payload, err := json.Marshal(map[string]any{"iss": id, "sub": id, "aud": issuer, "jti": jti, "iat": now, "exp": now + 60})
	require.NoError(t, err)
	jws, err := signer.Sign(payload)
	require.NoError(t, err)
	text, err := jws.CompactSerialize()
	require.NoError(t, err)
	return url.Values{
		"grant_type": {"client_credentials"}, "client_assertion": {text},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}
}

// private_key_jwt with keys from a jwks_uri on a private IP address is refused unless the
// operator allowed the host. Of concurrent requests with the same assertion one succeeds.
func TestPrivateKeyJWTFromAJWKSURI(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		var fetches atomic.Int64
		app := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fetches.Add(1)
			_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1"}}})
		}))
		t.Cleanup(app.Close)
		ca := filepath.Join(t.TempDir(), "ca.pem")
		require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: app.Certificate().Raw}), 0o600))

		s := prepare(t, databaseURL)
		s.command("client", "create", "Signer", "signer", "--grant-type", "client_credentials", "--auth-method", "private_key_jwt", "--jwks-uri", app.URL+"/jwks")
		s.env = append(s.env, "GATEHOUSE_OUTBOUND_CA="+ca)
		s.run()
		got := s.post("/oauth/token", "", "", assertionOf(t, "signer", "k1", "1", key))
		assert.Equal(t, http.StatusUnauthorized, got.status)
		assert.Equal(t, "invalid_client", got.json(t)["error"])
		assert.Zero(t, fetches.Load(), "no request to a private IP address")
		assert.NotContains(t, got.body, "127.0.0.1", "the client must not learn the IP address")
		eventually(t, func() bool { return strings.Contains(s.log.String(), "prohibited") }) // the operator must

		s.stop()
		s.env = append(s.env, "GATEHOUSE_OUTBOUND_ALLOW=127.0.0.1")
		s.run()
		var accepted atomic.Int64
		form := assertionOf(t, "signer", "k1", "2", key)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if got := s.post("/oauth/token", "", "", form); got.status == http.StatusOK {
					accepted.Add(1)
				} else {
					assert.Equal(t, http.StatusUnauthorized, got.status, got.body)
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, accepted.Load())
		for i := range 20 {
			s.post("/oauth/token", "", "", assertionOf(t, "signer", fmt.Sprintf("unknown-%d", i), fmt.Sprint(i), key))
		}
		assert.EqualValues(t, 1, fetches.Load(), "unknown key IDs must not cause further fetches")
	})
}

// A signing key supplied by the operator signs from the first start on.
func TestOperatorSuppliedSigningKey(t *testing.T) {
	t.Parallel()
	emptyDatabases(t, func(t *testing.T, databaseURL string) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		der, err := x509.MarshalECPrivateKey(key)
		require.NoError(t, err)
		path := filepath.Join(t.TempDir(), "signing.pem")
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600))
		s := prepare(t, databaseURL)
		s.env = append(s.env, "GATEHOUSE_PRIVATE_KEY_PATH="+path)
		secret := s.client("billing", "--grant-type", "client_credentials", "--access-token-format", "jwt")
		for range 2 {
			s.run()
			jws, err := jose.ParseSignedCompact(s.token("billing", secret, nil), []jose.SignatureAlgorithm{jose.ES256})
			require.NoError(t, err)
			_, err = jws.Verify(key.Public())
			require.NoError(t, err)
			s.stop()
		}
	})
}
