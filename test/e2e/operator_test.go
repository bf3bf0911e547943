package e2e_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The operator's listener refuses foreign Host headers: a web site can reach loopback through
// the operator's browser (DNS rebinding). And an undeclared proxy is reported in the log.
func TestOperatorListenerHostAndUndeclaredProxy(t *testing.T) {
	t.Parallel()
	s := start(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
	ask := func(url string, change func(r *http.Request)) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		require.NoError(t, err)
		change(r)
		got, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, got.Body.Close())
		return got.StatusCode
	}
	for _, path := range []string{"/metrics", "/debug/pprof/heap", "/healthz/ready"} {
		assert.Equal(t, http.StatusMisdirectedRequest, ask(s.ops+path, func(r *http.Request) { r.Host = "rebound.example:9464" }), path)
		assert.Equal(t, http.StatusOK, ask(s.ops+path, func(r *http.Request) { r.Host = "localhost:9464" }), path)
	}

	assert.NotContains(t, s.log.String(), "GATEHOUSE_TRUSTED_PROXIES")
	ask(s.url+"/", func(r *http.Request) { r.Header.Set("X-Forwarded-For", "198.51.100.9") })
	assert.Eventually(t, func() bool {
		log := s.log.String()
		return strings.Contains(log, `"peer":"127.0.0.1"`) && strings.Contains(log, "GATEHOUSE_TRUSTED_PROXIES")
	}, 5*time.Second, 10*time.Millisecond)
}
