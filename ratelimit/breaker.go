package ratelimit

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// When a breaker opens and how often it probes.
const (
	breakerFailures = 5           // in a row
	breakerPause    = time.Second // between probes; one successful probe closes the breaker
	logEvery        = time.Minute
)

// breaker keeps requests from waiting for a Redis that is down, and logs outages. It logs
// while it holds the lock: otherwise the last line in the log could be the wrong one.
type breaker struct {
	log *slog.Logger

	mu         sync.Mutex
	failures   int
	tried      time.Time // the last time that something was asked or failed
	warned     time.Time
	unreported bool // the end of an outage has yet to be logged
}

// ask tells whether to ask Redis: always while the breaker is closed, and once per pause while
// it is open. A probe in progress holds off the other requests for that pause.
func (b *breaker) ask(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures >= breakerFailures && !passed(now, b.tried, breakerPause) {
		return false
	}
	b.tried = now
	return true
}

// failed logs a warning when the breaker opens, but not for a single slow call. An outage that
// begins within a minute of the last warning is logged when that minute is over, if it still
// lasts: the log is never wrong for longer than that.
func (b *breaker) failed(ctx context.Context, now time.Time, cause error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures++
	b.tried = now
	if b.failures < breakerFailures || !passed(now, b.warned, logEvery) {
		return
	}
	b.warned, b.unreported = now, true
	b.log.WarnContext(ctx, "Redis is not responding: sign-ins are limited in this process, other requests are not limited", slog.Any("cause", cause))
}

// succeeded logs the end of an outage, if its beginning was logged.
func (b *breaker) succeeded(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures = 0
	if b.unreported {
		b.unreported = false
		b.log.InfoContext(ctx, "rate limits are counted in Redis again")
	}
}

func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures >= breakerFailures
}

// passed is also true after the clock stepped backwards: the breaker must not stay open for
// as long as the step was.
func passed(now, since time.Time, d time.Duration) bool {
	elapsed := now.Sub(since)
	return elapsed >= d || elapsed < 0
}
