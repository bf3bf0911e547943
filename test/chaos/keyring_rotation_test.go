package chaos_test

import (
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The operator replaces the data keys under load, without the delay in which servers load
// them: what one server creates with a key that the other has not loaded yet is valid there at
// once, and what was issued before stays valid.
func TestKeyringRotation(t *testing.T) {
	databases(t, func(t *testing.T, databaseURL string) {
		f := newFleet(t, databaseURL, 2)
		cookie := f.nodes[0].signIn(t)
		chains := f.chains(t, 6)
		old := f.nodes[0].token(f.secret, url.Values{"grant_type": {"client_credentials"}}).text("access_token")
		require.NotEmpty(t, old)
		var checked, refused atomic.Int64
		check := func(ok bool) {
			if checked.Add(1); !ok {
				refused.Add(1)
			}
		}
		done := make(chan struct{})
		var wg sync.WaitGroup
		for i := range 3 {
			wg.Go(func() {
				for n := i; ; n++ {
					select {
					case <-done:
						return
					default:
					}
					here, there := f.at(n), f.at(n+1)
					token := here.token(f.secret, url.Values{"grant_type": {"client_credentials"}}).text("access_token")
					check(there.active(f.secret, token))
				}
			})
		}
		for i := range chains {
			wg.Go(func() {
				for n := i; ; n++ {
					next := f.at(n).refresh(f.secret, chains[i])
					// A retry at the other server returns the same token: its secret is derived.
					again := f.at(n+1).refresh(f.secret, chains[i])
					check(next.status == http.StatusOK && again.text("refresh_token") == next.text("refresh_token"))
					if next.status != http.StatusOK {
						return
					}
					chains[i] = next.text("refresh_token")
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
		for range scale(4, 40) {
			f.nodes[0].command("", "keyring", "rotate", "--in", "0s")
		}
		f.nodes[0].command("", "keyring", "rotate", "--in", "4s") // servers load it within this time
		close(done)
		wg.Wait()
		check(f.nodes[1].active(f.secret, old))
		check(f.nodes[1].code(cookie) != "")
		f.nodes[1].restart()
		check(f.nodes[1].active(f.secret, old))
		result(t, "refused %d of %d", refused.Load(), checked.Load())
		assert.Zero(t, refused.Load())
	})
}
