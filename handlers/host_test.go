package handlers_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/handlers"
)

func TestForeignHostsAreRefusedWhereHostsAreListed(t *testing.T) {
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
