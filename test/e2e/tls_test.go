package e2e_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Dex CVE-2024-23656: the TLS settings must be in effect on the listener: it refuses old
// versions and weak cipher suites.
func TestTLSVersionsAndCipherSuites(t *testing.T) {
	t.Parallel()
	example := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(example.Close)
	certificate := example.TLS.Certificates[0]
	der, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	require.NoError(t, err)
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	require.NoError(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}), 0o600))
	require.NoError(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))

	s := prepare(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
	s.env = append(s.env, "GATEHOUSE_TLS_CERT="+cert, "GATEHOUSE_TLS_KEY="+key)
	s.run()
	handshake := func(c *tls.Config) error {
		c.RootCAs = x509.NewCertPool()
		c.RootCAs.AddCert(example.Certificate())
		conn, err := tls.Dial("tcp", strings.TrimPrefix(s.url, "http://"), c)
		if err == nil {
			_ = conn.Close()
		}
		return err
	}
	require.NoError(t, handshake(&tls.Config{MinVersion: tls.VersionTLS13}))
	require.NoError(t, handshake(&tls.Config{MaxVersion: tls.VersionTLS12}))
	assert.Error(t, handshake(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}))
	for _, suite := range []uint16{tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA} {
		assert.Error(t, handshake(&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}}), tls.CipherSuiteName(suite))
	}
}
