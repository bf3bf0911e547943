package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/resource/resourcetest"
)

// certificate signs itself, for 127.0.0.1.
func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// inFiles writes a certificate and its key for --tls-cert and --tls-key.
func inFiles(t *testing.T, c tls.Certificate) (certificatePath, keyPath string) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	require.NoError(t, err)
	dir := t.TempDir()
	certificatePath, keyPath = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(certificatePath, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}), 0o600))
	require.NoError(t, os.WriteFile(keyPath, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
	return certificatePath, keyPath
}

// certificateHeaders are those by which proxies tell of the certificate of a client.
func certificateHeaders(c tls.Certificate) http.Header {
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]})
	encoded := base64.StdEncoding.EncodeToString(c.Certificate[0])
	sum := sha256.Sum256(c.Certificate[0])
	return http.Header{
		"Client-Cert":                 {":" + encoded + ":"},                            // RFC 9440
		"X-Forwarded-Tls-Client-Cert": {encoded},                                        // Traefik
		"X-Forwarded-Client-Cert":     {`Cert="` + url.QueryEscape(string(text)) + `"`}, // Envoy
		"X-Ssl-Client-Cert":           {url.QueryEscape(string(text))},                  // nginx
		"X-Client-Cert":               {encoded},
		"X-Client-Cert-Sha256":        {base64.RawURLEncoding.EncodeToString(sum[:])},
	}
}

// A token that is bound to a certificate is good over a connection with it, and in no other way (RFC 8705).
func TestProxyChecksClientCertificates(t *testing.T) {
	t.Parallel()
	issuer := resourcetest.NewIssuer(t)
	api := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(api.Close)
	server, own, other := certificate(t), certificate(t), certificate(t)
	certificatePath, keyPath := inFiles(t, server)
	settings := []string{"GATEHOUSE_PROXY_CLIENT_SECRET=" + issuer.ClientSecret}
	flags := []string{"--audience", issuer.Audience, "--client-id", issuer.ClientID, "--require", "read"}
	speakTLS := append(flags, "--upstream", api.URL, "--tls-cert", certificatePath, "--tls-key", keyPath)
	checked, _ := protectFor(t, issuer.URL, settings, append(speakTLS, "--client-certificates")...)
	unchecked, _ := protectFor(t, issuer.URL, settings, speakTLS...)
	forward, _ := protectFor(t, issuer.URL, settings, append(flags, "--forward-auth")...)

	roots := x509.NewCertPool()
	roots.AddCert(server.Leaf)
	ask := func(address, token string, header http.Header, with ...tls.Certificate) int {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: with}, ForceAttemptHTTP2: true}}
		defer client.CloseIdleConnections()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		require.NoError(t, err)
		if header != nil {
			r.Header = header.Clone()
		}
		r.Header.Set("Authorization", "Bearer "+token)
		response, err := client.Do(r)
		require.NoError(t, err)
		defer response.Body.Close()
		if response.StatusCode == http.StatusUnauthorized {
			assert.Contains(t, response.Header.Get("WWW-Authenticate"), "possession of it was not proven")
		}
		return response.StatusCode
	}
	checked, unchecked = "https"+checked[len("http"):], "https"+unchecked[len("http"):]
	sum := sha256.Sum256(own.Certificate[0])
	toOwn := resourcetest.Claims{"scope": "read", "cnf": map[string]string{"x5t#S256": base64.RawURLEncoding.EncodeToString(sum[:])}}
	for kind, issue := range map[string]func(resourcetest.Claims) string{"JWT": issuer.Token, "opaque": issuer.Opaque} {
		bound := issue(toOwn)
		assert.Equal(t, http.StatusOK, ask(checked, bound, nil, own), kind)
		assert.Equal(t, http.StatusUnauthorized, ask(checked, bound, nil, other), kind)
		assert.Equal(t, http.StatusUnauthorized, ask(checked, bound, nil), kind)
		assert.Equal(t, http.StatusUnauthorized, ask(checked, bound, certificateHeaders(own)), "%s: a header proves nothing", kind)
		assert.Equal(t, http.StatusUnauthorized, ask(checked, bound, certificateHeaders(own), other), kind)
		assert.Equal(t, http.StatusUnauthorized, ask(unchecked, bound, nil, own), "%s: it is not turned on", kind)
		assert.Equal(t, http.StatusOK, ask(checked, issue(resourcetest.Claims{"scope": "read"}), nil), "%s that is not bound", kind)
		dpop := issue(resourcetest.Claims{"scope": "read", "cnf": map[string]string{"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}})
		assert.Equal(t, http.StatusUnauthorized, ask(checked, dpop, nil, own), "%s of DPoP as a bearer token", kind)

		asked := http.Header{"X-Forwarded-Method": {http.MethodGet}, "X-Forwarded-Uri": {"/"}}
		require.Equal(t, http.StatusOK, ask(forward+"/forward-auth", issue(resourcetest.Claims{"scope": "read"}), asked))
		for name, value := range certificateHeaders(own) {
			asked[name] = value
		}
		assert.Equal(t, http.StatusUnauthorized, ask(forward+"/forward-auth", bound, asked), "%s: the client can send those headers", kind)
	}
}
