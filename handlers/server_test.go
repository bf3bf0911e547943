package handlers_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers"
)

func TestServerLimitsSlowAndLargeRequests(t *testing.T) {
	t.Parallel()
	server := handlers.NewHTTPServer(newFrame(t, nil), slog.New(slog.DiscardHandler))
	assert.Equal(t, 5*time.Second, server.ReadHeaderTimeout)
	assert.Equal(t, 15*time.Second, server.ReadTimeout)
	assert.Equal(t, 30*time.Second, server.WriteTimeout)
	assert.Equal(t, 120*time.Second, server.IdleTimeout)
	address := listen(t, server)

	answer := raw(t, address, "GET / HTTP/1.1\r\nHost: id.example\r\nX: "+strings.Repeat("x", 64<<10)+"\r\n\r\n")
	assert.Equal(t, http.StatusRequestHeaderFieldsTooLarge, answer.StatusCode)
	answer = raw(t, address, "OPTIONS * HTTP/1.1\r\nHost: id.example\r\n\r\n")
	assert.Equal(t, http.StatusNotFound, answer.StatusCode, "handled like every other request")
}

func listen(t *testing.T, server *http.Server) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// Handshakes with the versions and suites of all kinds of clients (Dex CVE-2024-23656; FAPI 2.0
// section 5.2.2).
func TestTLSVersionsAndSuites(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(newFrame(t, nil))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	server.TLS = handlers.TLSConfig()
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())

	shake := func(c *tls.Config) (tls.ConnectionState, error) {
		c.RootCAs, c.ServerName = roots, "example.com"
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		conn, err := (&tls.Dialer{Config: c}).DialContext(ctx, "tcp", server.Listener.Addr().String())
		if err != nil {
			return tls.ConnectionState{}, err
		}
		defer func() { _ = conn.Close() }()
		return conn.(*tls.Conn).ConnectionState(), nil
	}

	state, err := shake(&tls.Config{MinVersion: tls.VersionTLS12})
	require.NoError(t, err)
	assert.Equal(t, uint16(tls.VersionTLS13), state.Version, "preferred where both sides support it")
	_, err = shake(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	assert.Error(t, err)

	only := func(suite uint16) error {
		_, err := shake(&tls.Config{MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}})
		return err
	}
	assert.NoError(t, only(tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256))
	assert.NoError(t, only(tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384))
	assert.Error(t, only(tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256))
	assert.Error(t, only(tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA))
	assert.Error(t, only(tls.TLS_RSA_WITH_AES_128_GCM_SHA256))
	assert.Len(t, handlers.TLSConfig().CipherSuites, 4)
}
