package handlers

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAnUndeclaredProxyIsNamed(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	handler := findClientAddress(trustedForTest(), newUndeclared(slog.New(slog.NewJSONHandler(&log, nil)), func() time.Time { return now }),
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	lines := func() int { return strings.Count(log.String(), "\n") }
	request := func(peer, forwarded string) {
		r := httptest.NewRequest(http.MethodGet, "/login", nil)
		r.RemoteAddr = peer
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}

	request("192.0.2.1:9", "")
	request("10.0.0.1:9", "198.51.100.9")
	assert.Zero(t, lines(), "neither a client, nor a declared proxy")
	request("192.0.2.1:9", "198.51.100.9")
	assert.Equal(t, 1, lines())
	for _, part := range []string{`"level":"WARN"`, "GATEHOUSE_TRUSTED_PROXIES", `"peer":"192.0.2.1"`} {
		assert.Contains(t, log.String(), part)
	}
	assert.NotContains(t, log.String(), "198.51.100.9", "the client chooses that value")

	request("192.0.2.2:9", "198.51.100.9")
	assert.Equal(t, 1, lines(), "one a minute")
	now = now.Add(undeclaredPause)
	request("192.0.2.1:9", "198.51.100.9")
	assert.Equal(t, 1, lines(), "it was told")
	request("192.0.2.2:9", "198.51.100.9")
	assert.Equal(t, 2, lines())
	for i := range 1000 {
		now = now.Add(undeclaredPause)
		request(fmt.Sprintf("192.0.%d.%d:9", 3+i/256, i%256), "198.51.100.9")
	}
	assert.Equal(t, undeclaredPeers, lines())
}
