package e2e_test

import (
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

func TestConcurrentRevocationsAndIntrospections(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret := s.client("billing", "--grant-type", "client_credentials")
		token := s.token("billing", secret, nil)

		var wg sync.WaitGroup
		var active, inactive atomic.Int32
		for range 100 {
			wg.Go(func() {
				got := s.post("/oauth/revoke", "billing", secret, url.Values{"token": {token}})
				assert.Equal(t, http.StatusOK, got.status, got.body)
			})
			wg.Go(func() {
				got := s.post("/oauth/introspect", "billing", secret, url.Values{"token": {token}})
				assert.Equal(t, http.StatusOK, got.status, got.body)
				if got.body == `{"active":false}` {
					inactive.Add(1)
				} else {
					active.Add(1)
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, 100, active.Load()+inactive.Load())
		assert.False(t, s.active("billing", secret, token))
	})
}

// Concurrent first token requests of a client must create only one grant.
func TestConcurrentFirstTokensShareOneGrant(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret := s.client("billing", "--grant-type", "client_credentials")
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				got := s.post("/oauth/token", "billing", secret, url.Values{"grant_type": {"client_credentials"}})
				assert.Equal(t, http.StatusOK, got.status, got.body)
			})
		}
		wg.Wait()
		s.stop()
		assert.Equal(t, 1, storagetest.Count(t, databaseURL, "grants"))
		assert.Equal(t, 50, storagetest.Count(t, databaseURL, "tokens"))
	})
}
