package ratelimit

import (
	"sync"
	"time"
)

// How a breaker opens and closes.
const (
	breakerFailures = 5           // in a row
	breakerPause    = time.Second // between probes; recovery takes one of them
	logEvery        = time.Minute
)

// breaker keeps requests from waiting for what does not answer.
type breaker struct {
	mu       sync.Mutex
	failures int
	tried    time.Time // the last time that something was asked or failed
	warned   time.Time
	owed     bool // a line that it is over
}

// ask tells whether to ask: always while it is closed, and once in a while when it is open.
// Who probes holds the others off for as long.
func (b *breaker) ask(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures >= breakerFailures && !passed(now, b.tried, breakerPause) {
		return false
	}
	b.tried = now
	return true
}

// failed tells whether to warn.
func (b *breaker) failed(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures++
	b.tried = now
	if !b.warned.IsZero() && !passed(now, b.warned, logEvery) {
		return false
	}
	b.warned, b.owed = now, true
	return true
}

// succeeded tells whether to say that it is over, which follows a warning.
func (b *breaker) succeeded() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	owed := b.owed
	b.failures, b.owed = 0, false
	return owed
}

func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures >= breakerFailures
}

// passed is true as well after a clock that stepped backwards: the breaker must not stay
// open for as long as it did.
func passed(now, since time.Time, d time.Duration) bool {
	elapsed := now.Sub(since)
	return elapsed >= d || elapsed < 0
}
