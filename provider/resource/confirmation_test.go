package resource_test

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource"
)

func clientCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	key := ecKey(t, p256())
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// A stolen token that is bound to a key must be worth nothing without the key (RFC 8705 section 3).
func TestBoundTokensNeedTheirCertificate(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	mtls := f.verifier(f.URL, func(o *resource.Options) { o.ClientCertificates = true })
	own, other := clientCertificate(t), clientCertificate(t)
	sum := sha256.Sum256(own.Certificate[0])
	x5t := base64.RawURLEncoding.EncodeToString(sum[:])
	bound := f.Token(claims{"cnf": claims{"x5t#S256": x5t}})
	twice := f.Token(claims{"cnf": claims{"x5t#S256": x5t, "jkt": "key"}})
	dpop := f.Token(claims{"cnf": claims{"jkt": "key"}})
	strange := f.Token(claims{"cnf": claims{"x5t#S512": x5t}})
	more := f.Token(claims{"cnf": claims{"x5t#S256": x5t, "new": "x"}})
	unnamed, mixed := f.Token(claims{"typ": "DPoP"}), f.Token(claims{"token_type": "DPoP", "cnf": claims{"x5t#S256": x5t}})
	wrong, wrongKey, empty := f.Token(claims{"cnf": claims{"x5t#S256": 7}}), f.Token(claims{"cnf": claims{"jkt": 7}}), f.Token(claims{"cnf": claims{}})

	ask := func(v *resource.Verifier, token string, certificates ...tls.Certificate) int {
		server := httptest.NewUnstartedServer(v.Authenticate(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p, _ := resource.FromContext(r.Context())
			_, _ = io.WriteString(w, p.Confirmation.CertificateSHA256)
		})))
		server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
		server.StartTLS()
		defer server.Close()
		client := server.Client()
		client.Transport.(*http.Transport).TLSClientConfig.Certificates = certificates
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		response, err := client.Do(r)
		require.NoError(t, err)
		defer response.Body.Close()
		return response.StatusCode
	}
	for range 2 { // cached the second time
		assert.Equal(t, 200, ask(mtls, bound, own))
		assert.Equal(t, 401, ask(mtls, bound, other))
		assert.Equal(t, 401, ask(mtls, bound))
		assert.Equal(t, 401, ask(f.Verifier, bound, own), "not turned on")
		assert.Equal(t, 200, ask(mtls, f.Token(nil), own), "a token that is not bound")
		for _, token := range []string{twice, dpop, strange, more, unnamed, mixed, wrong, wrongKey, empty} {
			assert.Equal(t, 401, ask(mtls, token, own))
		}
	}
	leaf, err := x509.ParseCertificate(own.Certificate[0])
	require.NoError(t, err)
	p, err := mtls.VerifyWithCertificate(t.Context(), bound, leaf)
	require.NoError(t, err)
	assert.Equal(t, x5t, p.Confirmation.CertificateSHA256)
	assert.Equal(t, "proof_missing", reason(t, mtls, bound))
	assert.Equal(t, "proof_missing", reason(t, mtls, dpop))
}

// There is no way to present a token of DPoP (RFC 9449) that this package accepts, and none may be taken
// for a bearer token: it would be worth something without its key.
func TestDPoPTokensAreNoBearerTokens(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	v := f.introspecting(func(o *resource.Options) { o.AcceptJWTType, o.Introspection.TypeOptional = true, true })
	jkt := claims{"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}
	for name, token := range map[string]string{
		"JWT":                             f.Token(claims{"cnf": jkt}),
		"JWT that says what it is":        f.Token(claims{"cnf": jkt, "typ": "DPoP"}),
		"JWT that does not name its key":  f.Token(claims{"typ": "DPoP"}),
		"opaque":                          f.Opaque(claims{"cnf": jkt}),
		"opaque, by its type":             f.Opaque(claims{"cnf": jkt, "token_type": "DPoP"}),
		"opaque without its key":          f.Opaque(claims{"token_type": "DPoP"}),
		"opaque without its key, spelled": f.Opaque(claims{"token_type": "dpop"}),
	} {
		w := get(v.Authenticate, "Bearer "+token)
		assert.Equal(t, http.StatusUnauthorized, w.Code, name)
		assert.Contains(t, w.Header().Get("WWW-Authenticate"), "possession of it was not proven", name)
		w = get(v.Authenticate, "DPoP "+token)
		assert.Equal(t, http.StatusUnauthorized, w.Code, name)
		assert.Equal(t, `Bearer realm="https://api.example.test"`, w.Header().Get("WWW-Authenticate"), "%s: it is another method", name)
	}
	assert.Equal(t, "not_an_access_token", reason(t, v, f.Sign(claims{"typ": "JWT"}, claims{"typ": "DPoP", "cnf": jkt})))
}

// What a token is bound to may be said by introspection alone.
func TestJWTsThatAreBoundByIntrospection(t *testing.T) {
	t.Parallel()
	f := setup(t, nil)
	p := newFaulty(t, f)
	p.answers["/introspect"] = text(`{"active":true,"token_type":"Bearer","aud":"` + f.Audience + `","sub":"alice","cnf":{"jkt":"key"}}`)
	v := f.verifier(p.url, func(o *resource.Options) {
		o.Introspection = &resource.Introspection{ClientID: "id", ClientSecret: "secret", Always: true}
	})
	token := f.Token(claims{"iss": p.url})
	for range 2 { // cached the second time
		assert.Equal(t, "proof_missing", reason(t, v, token))
	}
}
