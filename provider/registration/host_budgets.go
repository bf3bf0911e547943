package registration

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// The bounds of the documents of unknown clients that are fetched from one host, by one process: so many at once, and
// one more each interval.
const (
	hostBurst    = 60
	hostInterval = time.Minute
	hostsKept    = 10_000
)

// hostBudgets count fetches by host, in memory: what a process forgets when it starts is made up for by its start.
type hostBudgets struct {
	mu    sync.Mutex
	hosts *lru.Cache[string, time.Time] // when the budget of a host is full again
}

func newHostBudgets() *hostBudgets {
	hosts, err := lru.New[string, time.Time](hostsKept)
	if err != nil { // only for a size that is not positive
		panic("registration: " + err.Error())
	}
	return &hostBudgets{hosts: hosts}
}

// take counts a fetch, and returns 0, or how long to wait for the next.
func (b *hostBudgets) take(host string, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	full, _ := b.hosts.Get(host)
	if full.Before(now) {
		full = now
	}
	full = full.Add(hostInterval)
	if wait := full.Sub(now) - hostBurst*hostInterval; wait > 0 {
		return wait
	}
	b.hosts.Add(host, full)
	return 0
}
