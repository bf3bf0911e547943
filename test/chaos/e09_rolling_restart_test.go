package chaos_test

import (
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// E9: the servers behind a proxy are restarted one after the other, as in an upgrade, under
// load over keep-alive connections on both sides. No request fails.
func TestE9RollingRestart(t *testing.T) {
	t.Parallel()
	const drain = time.Second
	f := newFleet(t, services.Postgres(t).EmptyDatabase(t), 2)
	for _, n := range f.nodes {
		n.stop()
		n.set("GATEHOUSE_DRAIN_DELAY", drain.String())
		n.start()
	}
	p := newProxy(t, f.nodes)
	front := &node{t: t, url: p.URL, http: f.nodes[0].http}

	var requests, failed atomic.Int64
	var mu sync.Mutex
	statuses := map[int]int{}
	note := func(a response, good bool) {
		requests.Add(1)
		if !good {
			failed.Add(1)
			mu.Lock()
			statuses[a.status]++
			mu.Unlock()
		}
	}
	done := make(chan struct{})
	var load sync.WaitGroup
	for range 4 {
		load.Go(func() {
			every := time.NewTicker(20 * time.Millisecond) // 4 callers, 2 requests each: about 400 a second
			defer every.Stop()
			for {
				select {
				case <-done:
					return
				case <-every.C:
				}
				issued := front.token(f.secret, url.Values{"grant_type": {"client_credentials"}})
				note(issued, issued.status == http.StatusOK)
				if issued.status != http.StatusOK {
					continue
				}
				asked := front.post("/oauth/introspect", f.secret, url.Values{"token": {issued.text("access_token")}})
				active, _ := asked.body["active"].(bool)
				note(asked, asked.status == http.StatusOK && active)
			}
		})
	}
	// served waits for that many further responses.
	served := func(more int64) {
		t.Helper()
		until := requests.Load() + more
		require.Eventually(t, func() bool { return requests.Load() >= until }, time.Minute, 5*time.Millisecond)
	}

	begun := time.Now()
	restarts := scale(6, 20)
	served(100)
	for i := range restarts {
		b := p.servers[i%len(p.servers)]
		terminated := time.Now()
		require.NoError(t, b.node.process.Process.Signal(syscall.SIGTERM))
		require.NoError(t, b.node.process.Wait(), "exit status")
		assert.GreaterOrEqual(t, time.Since(terminated), drain, "it must serve during the drain delay")
		require.False(t, b.ready.Load(), "the proxy must see the server as not ready before it exits")
		b.node.start()
		require.Eventually(t, b.ready.Load, 10*time.Second, 5*time.Millisecond)
		served(50)
	}
	close(done)
	load.Wait()
	took := time.Since(begun)

	result(t, "%d restarts, %d requests in %s (%.0f a second), failed %d", restarts, requests.Load(), took.Round(time.Millisecond), float64(requests.Load())/took.Seconds(), failed.Load())
	assert.Zero(t, failed.Load(), "status: times %v; at the proxy: %v", statuses, p.faults())
	assert.Empty(t, p.faults())
}
