package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers"
)

func TestOtherHostsAreRefusedWhereHostsAreListed(t *testing.T) {
	t.Parallel()
	f := newFrame(t, func(c *handlers.Config) { c.AllowedHosts = []string{"localhost", "127.0.0.1", "::1"} })
	for host, status := range map[string]int{
		"localhost:8080": 200, "LOCALHOST": 200, "127.0.0.1:9": 200, "[::1]:8080": 200, "[::1]": 200,
		"evil.example": 421, "localhost.evil.example": 421, "evil-localhost:8080": 421, "127.0.0.1.evil.example": 421,
		"localhost.": 421, "": 421, "localhost@evil.example": 421, "127.0.0.2": 421,
	} {
		r := httptest.NewRequest(http.MethodGet, "/oauth/jwks", nil)
		r.Host = host
		r.Header.Set("X-Forwarded-Host", "localhost")
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		assert.Equal(t, status, w.Code, host)
		if status == http.StatusMisdirectedRequest {
			assert.Equal(t, "invalid_request", answered(t, w).Error)
			assert.Equal(t, "host", f.lastLine(t)["check"])
		}
	}
}

// A web site must not read metrics and profiles by the operator's browser (DNS rebinding).
func TestOtherHostsDoNotReachTheOperatorsListener(t *testing.T) {
	t.Parallel()
	reached := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	status := func(h http.Handler, host string) int {
		r := httptest.NewRequest(http.MethodGet, "/debug/pprof/heap", nil)
		r.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	loopback := handlers.OnlyHosts([]string{"localhost", "127.0.0.1"}, reached)
	assert.Equal(t, http.StatusNoContent, status(loopback, "localhost:9464"))
	assert.Equal(t, http.StatusNoContent, status(loopback, "127.0.0.1:9464"))
	assert.Equal(t, http.StatusMisdirectedRequest, status(loopback, "rebound.example:9464"))
	assert.Equal(t, http.StatusMisdirectedRequest, status(loopback, ""))
	assert.Equal(t, http.StatusNoContent, status(handlers.OnlyHosts(nil, reached), "prometheus.internal:9464"))
}
