package chaos_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// E4: many concurrent requests redeem the same code, and the same refresh token, at two
// servers. A code yields tokens once, and identical concurrent requests do not revoke them; a
// refresh token has one successor.
func TestE4DoubleSpending(t *testing.T) {
	databases(t, func(t *testing.T, databaseURL string) {
		f := newFleet(t, databaseURL, 2)
		credentials, racers := scale(6, 1000), scale(20, 50)
		var faults, doubleCodes, validAfterRace atomic.Int64
		cookie := f.nodes[0].signIn(t)
		for i := range credentials {
			code := f.at(i).code(cookie)
			require.NotEmpty(t, code)
			var mu sync.Mutex
			var got []string
			race(racers, func(i int) {
				a := f.at(i).exchange(f.secret, code)
				switch a.status {
				case http.StatusOK:
					mu.Lock()
					got = append(got, a.text("access_token"))
					mu.Unlock()
				case http.StatusBadRequest:
				default:
					faults.Add(1)
				}
			})
			if len(got) > 1 {
				doubleCodes.Add(1)
			}
			for _, token := range got {
				if f.nodes[0].active(f.secret, token) {
					validAfterRace.Add(1)
				}
			}
		}
		result(t, "codes double-spent %d of %d, valid after the race %d, 5xx %d", doubleCodes.Load(), credentials, validAfterRace.Load(), faults.Load())
		assert.Zero(t, doubleCodes.Load())
		// All requests are identical and from one client: the refused ones are retries, not reuse.
		assert.EqualValues(t, credentials, validAfterRace.Load())

		var doubleRefresh int
		for _, token := range f.chains(t, credentials) {
			before := 0
			if !*long {
				before = storagetest.Count(t, databaseURL, "tokens")
			}
			var successors, access sync.Map
			race(racers, func(i int) {
				a := f.at(i).refresh(f.secret, token)
				if a.status != http.StatusOK {
					faults.Add(1)
					return
				}
				successors.Store(a.text("refresh_token"), true)
				access.Store(a.text("access_token"), true)
			})
			if size(&successors) != 1 || size(&access) != 1 {
				doubleRefresh++
			}
			if !*long {
				assert.Equal(t, 1, storagetest.Count(t, databaseURL, "tokens")-before, "rows written")
			}
		}
		result(t, "refresh tokens double-spent %d of %d, responses other than 200: %d", doubleRefresh, credentials, faults.Load())
		assert.Zero(t, doubleRefresh)
		assert.Zero(t, faults.Load())
	})
}

// race calls act that many times concurrently.
func race(racers int, act func(i int)) {
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range racers {
		wg.Go(func() {
			<-start
			act(i)
		})
	}
	close(start)
	wg.Wait()
}

func size(m *sync.Map) int {
	n := 0
	m.Range(func(any, any) bool { n++; return true })
	return n
}
