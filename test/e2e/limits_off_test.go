package e2e_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Behind a gateway that limits requests the rate limits may be off; password attempts are limited
// anyway. The items of the setting apply in order.
func TestPasswordAttemptsAreLimitedWithLimitsOff(t *testing.T) {
	t.Parallel()
	s := prepare(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
	s.env = append(s.env, "GATEHOUSE_RATE_LIMITS=off, document-prefix=1/1h burst 2", "GATEHOUSE_METRICS=false")
	s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin")
	s.run()

	for range 300 {
		got := s.get("/login")
		require.NotEqual(t, http.StatusTooManyRequests, got.status)
		require.Empty(t, got.header.Get("RateLimit-Policy"))
	}
	assert.Equal(t, []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests},
		[]int{s.get("/oauth/jwks").status, s.get("/oauth/jwks").status, s.get("/oauth/jwks").status}, "items after off apply")

	p := s.userAgent(t)
	for range 10 {
		require.Equal(t, http.StatusUnprocessableEntity, p.try("", "alice", "guess").status)
	}
	assert.Equal(t, http.StatusTooManyRequests, p.try("", "alice", "wonderland").status)

	r, err := http.NewRequest(http.MethodGet, s.ops+"/metrics", nil)
	require.NoError(t, err)
	got := s.send(r)
	assert.Equal(t, http.StatusNotFound, got.status)
	assert.Contains(t, got.body, "GATEHOUSE_METRICS")
}
