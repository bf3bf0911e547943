package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A script of an application may read responses a few seconds after the registration, and no
// longer once the client is disabled.
func TestCORSFollowsTheClientRegistration(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		may := func(origin string) bool {
			r, err := http.NewRequest(http.MethodOptions, s.url+"/oauth/token", nil)
			require.NoError(t, err)
			r.Header.Set("Origin", origin)
			r.Header.Set("Access-Control-Request-Method", http.MethodPost)
			got := s.send(r)
			require.Equal(t, http.StatusNoContent, got.status)
			return got.header.Get("Access-Control-Allow-Origin") == origin
		}
		const spa = "https://spa.example.com"
		require.False(t, may(spa))
		s.command("client", "create", "Shop", "shop", "--public", "--grant-type", "authorization_code", "--redirect-uri", spa+"/callback")
		s.soon(func() bool { return may(spa) }, "registered")
		assert.False(t, may("https://evil.example"))
		s.command("client", "disable", "shop")
		s.soon(func() bool { return !may(spa) }, "disabled")
	})
}
