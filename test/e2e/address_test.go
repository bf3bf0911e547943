package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Authentik CVE-2023-36456 and CVE-2024-47070: a client that tries many accounts is throttled
// whatever X-Forwarded-For says. Behind a trusted proxy each client has its own limit, and a
// malformed header does not bypass the limit.
func TestForwardedForIsTrustedFromProxiesOnly(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		proxies   string
		throttled bool
	}{"no proxy": {"", true}, "another proxy": {"192.0.2.1", true}, "behind a proxy": {"127.0.0.0/8", false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := prepare(t, "sqlite://"+filepath.Join(t.TempDir(), "gatehouse.db"))
			s.stdin("wonderland\n", "user", "create", "alice", "--password-stdin")
			s.env = append(s.env, "GATEHOUSE_TRUSTED_PROXIES="+test.proxies)
			s.run()
			try := func(username, password, forwarded string) int {
				return s.userAgent(t).request(http.MethodPost, "/login", url.Values{"username": {username}, "password": {password}}, "X-Forwarded-For", forwarded).status
			}
			for _, garbage := range []string{"a", "", ",", "198.51.100.300", "' OR 1=1", strings.Repeat("1,", 3000)} {
				require.Equal(t, http.StatusUnprocessableEntity, try("alice", "wrong", garbage), garbage)
			}
			require.Equal(t, http.StatusSeeOther, try("alice", "wonderland", "a"))

			var wg sync.WaitGroup
			var throttled atomic.Int32
			next := make(chan int)
			for range 4 {
				wg.Go(func() {
					for i := range next {
						if try(fmt.Sprint("nobody", i), "wrong", fmt.Sprint("198.51.100.", i)) == http.StatusTooManyRequests {
							throttled.Add(1)
						}
					}
				})
			}
			for i := range 60 {
				next <- i
			}
			close(next)
			wg.Wait()
			if test.throttled {
				assert.EqualValues(t, 60-(50-6), throttled.Load(), "50 attempts per IP address, 6 were used above")
			} else {
				assert.Zero(t, throttled.Load())
			}
		})
	}
}
