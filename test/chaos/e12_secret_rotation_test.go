package chaos_test

import (
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/harness"
)

// E12: the operator changes GATEHOUSE_SECRET, one server after the other, under load. Nothing
// issued before, during or after the change becomes invalid on either server.
func TestE12SecretRotation(t *testing.T) {
	databases(t, func(t *testing.T, databaseURL string) {
		f := newFleet(t, databaseURL, 2)
		secrets := []string{"chaos-secret-that-nobody-else-knows", "the-next-one-that-is-used-after-it"}
		cookie := f.nodes[0].signIn(t)
		chains := f.chains(t, 8)
		var mu sync.Mutex
		var ledger []string
		var wrong atomic.Int64
		var down atomic.Int32 // the server that is being restarted
		down.Store(-1)
		done := make(chan struct{})
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for n := i; ; n++ {
					select {
					case <-done:
						return
					default:
					}
					at := n % 2
					if int32(at) == down.Load() {
						at = 1 - at
					}
					a := f.nodes[at].token(f.secret, url.Values{"grant_type": {"client_credentials"}})
					switch {
					case a.status == http.StatusOK:
						mu.Lock()
						ledger = append(ledger, a.text("access_token"))
						mu.Unlock()
					case a.status != 0: // connections to a stopping server may break
						wrong.Add(1)
					}
				}
			})
		}
		restart := func(i int, current, previous string) {
			f.nodes[i].set("GATEHOUSE_SECRET", current)
			f.nodes[i].set("GATEHOUSE_PREVIOUS_SECRETS", previous)
			down.Store(int32(i))
			time.Sleep(50 * time.Millisecond)
			f.nodes[i].restart()
			down.Store(-1)
			time.Sleep(time.Duration(scale(200, 3000)) * time.Millisecond)
		}
		for round := range scale(1, 10) {
			before, after := secrets[round%2], secrets[(round+1)%2]
			restart(0, after, before)
			restart(1, after, before)
			restart(0, after, "") // without the old secret
			restart(1, after, "")
		}
		close(done)
		wg.Wait()
		require.NotEmpty(t, ledger)

		var invalid atomic.Int64
		harness.Parallel(len(ledger), 8, func(i int) {
			if !f.at(i).active(f.secret, ledger[i]) {
				invalid.Add(1)
			}
		})
		for i, token := range chains {
			if f.at(i).refresh(f.secret, token).status != http.StatusOK {
				invalid.Add(1)
			}
		}
		if f.nodes[1].code(cookie) == "" {
			invalid.Add(1) // the session
		}
		result(t, "invalid %d of %d tokens, chains and sessions; unexpected responses during the change %d", invalid.Load(), len(ledger)+len(chains)+1, wrong.Load())
		assert.Zero(t, invalid.Load())
		assert.Zero(t, wrong.Load())
	})
}
