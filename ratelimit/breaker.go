package ratelimit

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// How a breaker opens and closes.
const (
	breakerFailures = 5           // in a row
	breakerPause    = time.Second // between probes; recovery takes one of them
	logEvery        = time.Minute
)

// breaker keeps requests from waiting for what does not answer, and tells the log. It writes
// while it is locked: of two lines at once, the last one must be the one that is true.
type breaker struct {
	log *slog.Logger

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

// failed warns when it is open, and not for a single slow call. An outage that begins within
// a minute of the last warning is told when that minute is over, if it still lasts: the log
// says for no longer that all is well.
func (b *breaker) failed(ctx context.Context, now time.Time, cause error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures++
	b.tried = now
	if b.failures < breakerFailures || !passed(now, b.warned, logEvery) {
		return
	}
	b.warned, b.owed = now, true
	b.log.WarnContext(ctx, "Redis does not answer: sign-ins are limited in this process, everything else is open", slog.Any("cause", cause))
}

// succeeded says that it is over, which only whoever was warned needs to know.
func (b *breaker) succeeded(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures = 0
	if b.owed {
		b.owed = false
		b.log.InfoContext(ctx, "rate limits are counted in Redis again")
	}
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
