package ratelimit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/ratelimit"
)

var errUnavailable = errors.New("unavailable")

// moody fails on demand.
type moody struct {
	ratelimit.Limiter

	err   error
	asked int
}

func (m *moody) Take(ctx context.Context, asks ...ratelimit.Ask) (ratelimit.Decision, error) {
	if m.asked++; m.err != nil {
		return ratelimit.Decision{}, m.err
	}
	return m.Limiter.Take(ctx, asks...)
}

func (m *moody) Return(ctx context.Context, asks ...ratelimit.Ask) error {
	if m.asked++; m.err != nil {
		return m.err
	}
	return m.Limiter.Return(ctx, asks...)
}

func (m *moody) Peek(ctx context.Context, ask ratelimit.Ask) (ratelimit.Decision, error) {
	if m.asked++; m.err != nil {
		return ratelimit.Decision{}, m.err
	}
	return m.Limiter.(ratelimit.Inspector).Peek(ctx, ask)
}

func (m *moody) Refill(ctx context.Context, ask ratelimit.Ask) error {
	if m.asked++; m.err != nil {
		return m.err
	}
	return m.Limiter.(ratelimit.Inspector).Refill(ctx, ask)
}

// guard is a Guarded over a moody limiter.
type guard struct {
	*ratelimit.Guarded
	*manualClock
	*moody
	*lines
}

func newGuard() guard {
	clock := newManualClock()
	l, log := newLines()
	m := &moody{Limiter: ratelimit.NewMemory(clock.now)}
	return guard{ratelimit.NewGuarded(m, ratelimit.NewMemory(clock.now), log, clock.now), clock, m, l}
}

// source tells which limiter decided about a request.
func (g guard) source(t *testing.T) string {
	t.Helper()
	d, err := g.Guarded.Take(t.Context(), asks(policy("p", 1000))...)
	require.NoError(t, err)
	return d.Source
}

func TestOutageIsStrictForPasswordsAndOpenForTheRest(t *testing.T) {
	t.Parallel()
	g := newGuard()
	g.err = errUnavailable
	strict, open := policy("sign-in-account", 12), policy("token-client", 1)
	open.Outage = ratelimit.Open
	for range 10 {
		d, err := g.Guarded.Take(t.Context(), asks(open)...)
		require.NoError(t, err)
		assert.Equal(t, ratelimit.Decision{Allowed: true, Source: "none"}, d)
	}
	for i := range 5 {
		d, err := g.Guarded.Take(t.Context(), asks(open, strict)...)
		require.NoError(t, err)
		assert.Equal(t, i < 3, d.Allowed)
		assert.Equal(t, "fallback", d.Source)
		require.Len(t, d.Verdicts, 1)
		assert.Equal(t, ratelimit.Limit{Rate: 2, Per: time.Hour, Burst: 3}, d.Verdicts[0].Limit)
	}
	own := ratelimit.Ask{Policy: strict, Key: "own", Limit: ratelimit.Limit{Rate: 3, Per: time.Hour, Burst: 3}}
	d, err := g.Guarded.Take(t.Context(), own)
	require.NoError(t, err)
	assert.Equal(t, ratelimit.Limit{Rate: 1, Per: time.Hour, Burst: 1}, d.Verdicts[0].Limit, "a quarter, and at least one")

	require.NoError(t, g.Guarded.Return(t.Context(), asks(open, strict)...))
	d, err = g.Guarded.Take(t.Context(), asks(strict)...)
	require.NoError(t, err)
	assert.True(t, d.Allowed, "what the fallback took is returned to it")
}

func TestBreakerOpensProbesAndCloses(t *testing.T) {
	t.Parallel()
	g := newGuard()
	assert.Equal(t, "memory", g.source(t))
	g.err, g.asked = errUnavailable, 0
	for range 4 {
		assert.Equal(t, "fallback", g.source(t))
	}
	assert.False(t, g.Failing())
	g.source(t)
	assert.True(t, g.Failing())
	for range 20 {
		assert.Equal(t, "fallback", g.source(t))
	}
	assert.Equal(t, 5, g.asked, "an open breaker makes no calls")

	for want := 6; want < 9; want++ {
		g.move(time.Second)
		for range 5 {
			g.source(t)
		}
		assert.Equal(t, want, g.asked, "one probe in a second")
	}
	g.err = nil
	assert.Equal(t, "fallback", g.source(t))
	g.move(time.Second)
	assert.Equal(t, "memory", g.source(t))
	assert.Equal(t, "memory", g.source(t))
	assert.False(t, g.Failing())
}

// Failures with successes in between mean a slow Redis, not an unavailable one.
func TestOnlyFailuresInARowOpenTheBreaker(t *testing.T) {
	t.Parallel()
	g := newGuard()
	for range 5 {
		g.err = errUnavailable
		for range 4 {
			g.source(t)
		}
		g.err = nil
		require.Equal(t, "memory", g.source(t))
	}
	assert.False(t, g.Failing())
	warns, infos := g.counted()
	assert.Zero(t, warns, "one slow call is no outage")
	assert.Zero(t, infos)
}

// Otherwise a client could switch the limits off by hanging up five times.
func TestCanceledRequestSaysNothingAboutRedis(t *testing.T) {
	t.Parallel()
	g := newGuard()
	g.err = context.Canceled
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		d, err := g.Guarded.Take(gone, asks(policy("p", 4))...)
		require.NoError(t, err)
		assert.Equal(t, "fallback", d.Source, "the request counts nevertheless")
	}
	assert.Equal(t, 20, g.asked)
	assert.False(t, g.Failing())
	warns, _ := g.counted()
	assert.Zero(t, warns)
}

// A breaker that trusts a clock that stepped back an hour would stay open for an hour.
func TestBreakerClosesAfterTheClockStepsBackwards(t *testing.T) {
	t.Parallel()
	g := newGuard()
	g.err = errUnavailable
	for range 5 {
		g.source(t)
	}
	require.True(t, g.Failing())
	g.move(-time.Hour)
	g.err = nil
	assert.Equal(t, "memory", g.source(t))
}

func TestReturnOpensAndClosesTheBreakerToo(t *testing.T) {
	t.Parallel()
	g := newGuard()
	g.err = errUnavailable
	for range 6 {
		require.NoError(t, g.Guarded.Return(t.Context(), asks(policy("p", 4))...))
	}
	assert.True(t, g.Failing())
	assert.Equal(t, 5, g.asked)
	g.err = nil
	g.move(time.Second)
	require.NoError(t, g.Guarded.Return(t.Context(), asks(policy("p", 4))...))
	assert.False(t, g.Failing())
}

type reported struct {
	policy, source string
	allowed        bool
}

type notes []reported

func (n *notes) Decided(policy, source string, allowed bool) {
	*n = append(*n, reported{policy, source, allowed})
}

func TestObserverGetsEveryVerdict(t *testing.T) {
	t.Parallel()
	var n notes
	m := &moody{Limiter: ratelimit.NewMemory(newManualClock().now)}
	l := ratelimit.Observe(m, &n)
	two := asks(policy("wide", 5), policy("narrow", 1))
	for range 2 {
		_, err := l.Take(t.Context(), two...)
		require.NoError(t, err)
	}
	want := notes{{"wide", "memory", true}, {"narrow", "memory", true}, {"wide", "memory", true}, {"narrow", "memory", false}}
	assert.Equal(t, want, n)
	require.NoError(t, l.Return(t.Context(), two...))
	m.err = errUnavailable
	_, err := l.Take(t.Context(), two...)
	require.ErrorIs(t, err, errUnavailable)
	assert.Equal(t, want, n)
}
