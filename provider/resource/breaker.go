package resource

import (
	"errors"
	"sync"
	"time"
)

var errBreakerOpen = errors.New("introspection failed repeatedly, and is not tried for a while")

// breaker stops questions to a provider that does not answer: each would keep a request waiting for
// the whole timeout.
//
//	closed --failures in a row--> open --after the pause, one try--> closed or open again
type breaker struct {
	limit int
	pause time.Duration

	mu       sync.Mutex
	failures int
	until    time.Time // open until then
	trying   bool      // one question is out, to see whether the provider is back
	logged   time.Time // when a failure was logged last
}

func newBreaker(limit int, pause time.Duration) *breaker { return &breaker{limit: limit, pause: pause} }

// open tells whether no question may be asked, and for how long.
func (b *breaker) open(now time.Time) (wait time.Duration, open bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refuses(now)
}

// enter is open for a question that is asked at once: after a pause, it is the one that tries.
func (b *breaker) enter(now time.Time) (wait time.Duration, open bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	wait, open = b.refuses(now)
	b.trying = b.trying || (!open && b.failures >= b.limit)
	return wait, open
}

func (b *breaker) refuses(now time.Time) (wait time.Duration, refuses bool) {
	switch {
	case b.failures < b.limit:
		return 0, false
	case now.Before(b.until):
		return b.until.Sub(now), true
	case b.trying:
		return time.Second, true
	default:
		return 0, false
	}
}

// report tells how a question went, and how long the provider wants to be left alone. It returns whether
// that closed the breaker.
func (b *breaker) report(now time.Time, ok bool, retryAfter time.Duration) (recovered bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	if ok {
		recovered = b.failures >= b.limit
		b.failures = 0
		return recovered
	}
	b.failures = min(b.failures+1, b.limit)
	if b.failures == b.limit {
		b.until = now.Add(max(b.pause, retryAfter))
	}
	return false
}

// mayLog is true once in a pause.
func (b *breaker) mayLog(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.logged.IsZero() && now.Sub(b.logged) < b.pause {
		return false
	}
	b.logged = now
	return true
}

// state is closed, open, or half-open: the next question finds out.
func (b *breaker) state(now time.Time) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.failures < b.limit:
		return "closed"
	case now.Before(b.until):
		return "open"
	default:
		return "half-open"
	}
}
