package e2e_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// SIGKILL at random times during issuance: every acknowledged token is stored, and nothing is
// stored partially.
func TestCrashDuringIssuance(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		secret := s.client("billing", "--grant-type", "client_credentials")
		var ledger []string
		for round := range 5 {
			s.run()
			ledger = append(ledger, s.issueUntilKilled(secret, time.Duration(20+17*round)*time.Millisecond)...)
		}
		require.NotEmpty(t, ledger)
		s.run()
		for _, token := range ledger {
			assert.True(t, s.active("billing", secret, token), "acknowledged but lost")
		}
		s.stop()
		assert.Zero(t, storagetest.Orphans(t, databaseURL), "tokens without a grant")
	})
}

// issueUntilKilled requests tokens over several connections, kills the server after the given
// time, and returns the tokens that were received completely.
func (s *server) issueUntilKilled(secret string, after time.Duration) []string {
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		tokens []string
	)
	body := url.Values{"grant_type": {"client_credentials"}, "scope": {""}}.Encode()
	for range 8 {
		wg.Go(func() {
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			for range 10_000 { // ends when the crash breaks the connection
				r, _ := http.NewRequest(http.MethodPost, s.url+"/oauth/token", strings.NewReader(body))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.SetBasicAuth("billing", secret)
				received, err := transport.RoundTrip(r)
				if err != nil {
					return
				}
				content, err := io.ReadAll(received.Body)
				_ = received.Body.Close()
				if err != nil {
					return
				}
				got := response{received.StatusCode, received.Header, string(content)}
				if assert.Equal(s.t, http.StatusOK, got.status, got.body) {
					mu.Lock()
					tokens = append(tokens, got.json(s.t)["access_token"].(string))
					mu.Unlock()
				}
			}
		})
	}
	time.Sleep(after)
	s.kill()
	wg.Wait()
	return tokens
}
