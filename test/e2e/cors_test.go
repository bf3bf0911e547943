package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mayRead tells whether scripts of an origin may read what the token endpoint answers.
func (s *server) mayRead(origin string) bool {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodOptions, s.url+"/oauth/token", nil)
	require.NoError(s.t, err)
	r.Header.Set("Origin", origin)
	r.Header.Set("Access-Control-Request-Method", http.MethodPost)
	got := s.send(r)
	require.Equal(s.t, http.StatusNoContent, got.status)
	return got.header.Get("Access-Control-Allow-Origin") == origin
}

// A script of an application may read responses a few seconds after the registration, and no
// longer once the client is disabled.
func TestCORSFollowsTheClientRegistration(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		const spa = "https://spa.example.com"
		require.False(t, s.mayRead(spa))
		s.command("client", "create", "Shop", "shop", "--public", "--grant-type", "authorization_code", "--redirect-uri", spa+"/callback")
		s.soon(func() bool { return s.mayRead(spa) }, "registered")
		assert.False(t, s.mayRead("https://evil.example"))
		s.command("client", "disable", "shop")
		s.soon(func() bool { return !s.mayRead(spa) }, "disabled")
	})
}
