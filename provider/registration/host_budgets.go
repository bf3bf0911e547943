package registration

import (
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// The bounds of the documents of unknown clients that are fetched from one host, by one process: so many at once, and
// one more each interval. A network has a part of what others have left, as of registrations: otherwise somebody who makes
// up paths could keep all new clients of a host out.
const (
	hostBurst    = 60
	hostInterval = time.Minute
	hostsKept    = 10_000
)

// hostBudgets count fetches by host, in memory: what a process forgets when it starts is made up for by its start.
type hostBudgets struct {
	mu    sync.Mutex
	hosts *lru.Cache[string, time.Time] // when the budget of a host, or of a network for one, is full again
}

func newHostBudgets() *hostBudgets {
	hosts, err := lru.New[string, time.Time](hostsKept)
	if err != nil { // only for a size that is not positive
		panic("registration: " + err.Error())
	}
	return &hostBudgets{hosts: hosts}
}

// take counts a fetch for somebody in a network, which may be unknown, and returns 0, or how long to wait for the next.
func (b *hostBudgets) take(host, network string, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	const budget = hostBurst * hostInterval
	used := b.used(host, now)
	wait := used + hostInterval - budget
	ofNetwork := host + " " + network
	if network != "" {
		part := max(hostInterval, (budget-used)/partOfNetwork)
		wait = max(wait, b.used(ofNetwork, now)+hostInterval-part)
	}
	if wait > 0 {
		return wait
	}
	b.hosts.Add(host, now.Add(used+hostInterval))
	if network != "" {
		b.hosts.Add(ofNetwork, now.Add(b.used(ofNetwork, now)+hostInterval))
	}
	return 0
}

// used is what is gone of a budget, as the time in which it comes back.
func (b *hostBudgets) used(name string, now time.Time) time.Duration {
	full, _ := b.hosts.Get(name)
	return max(0, full.Sub(now))
}
