package ratelimit_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// All limiters must count in the same way: a provider that moves to Redis keeps its limits.
func TestLimitersCountInTheSameWay(t *testing.T) {
	t.Parallel()
	t.Run("memory", func(t *testing.T) {
		t.Parallel()
		suite(t, func(_ *testing.T, c provider.Clock) ratelimit.Limiter { return ratelimit.NewMemory(c) })
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		client := connect(t, redisURL(services.NewRedis(t)))
		suite(t, func(t *testing.T, c provider.Clock) ratelimit.Limiter { return counting(t, client, c) })
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		client := startCluster(t)
		suite(t, func(t *testing.T, c provider.Clock) ratelimit.Limiter { return counting(t, client, c) })
	})
}

type maker func(t *testing.T, clock provider.Clock) ratelimit.Limiter

// fixture is a limiter with its clock and shortcuts for taking.
type fixture struct {
	*manualClock

	t *testing.T
	l ratelimit.Limiter
}

func (d fixture) take(asks ...ratelimit.Ask) ratelimit.Decision {
	d.t.Helper()
	decision, err := d.l.Take(d.t.Context(), asks...)
	require.NoError(d.t, err)
	return decision
}

func (d fixture) giveBack(asks ...ratelimit.Ask) {
	d.t.Helper()
	require.NoError(d.t, d.l.Return(d.t.Context(), asks...))
}

// left returns what is left without taking: by a request that costs everything together with
// another ask that is refused.
func (d fixture) left(a ratelimit.Ask) int {
	d.t.Helper()
	none := ratelimit.Ask{Policy: policy("nothing-left", 1), Key: "k"}
	d.take(none)
	decision := d.take(a, none)
	require.False(d.t, decision.Allowed)
	return decision.Verdicts[0].Remaining
}

func suite(t *testing.T, make maker) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, fixture){
		"burst, then refusal":          burst,
		"refill at the instant":        refill,
		"all or nothing":               allOrNothing,
		"budgets are apart":            apart,
		"limit of the key":             own,
		"cost":                         cost,
		"return":                       giving,
		"asked twice":                  twice,
		"exactly the burst":            parallel,
		"clock that steps backwards":   backwards,
		"limit that is lowered":        lowered,
		"fastest rate, longest window": extremes,
		"nothing asked":                nothing,
		"looked at and refilled":       inspection,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newManualClock()
			test(t, fixture{manualClock: h, t: t, l: make(t, h.now)})
		})
	}
}

func burst(t *testing.T, d fixture) {
	p := policy("p", 3)
	ask := ratelimit.Ask{Policy: p, Key: "k"}
	for i := range 3 {
		got := d.take(ask)
		assert.True(t, got.Allowed)
		assert.Equal(t, []ratelimit.Verdict{{Policy: p, Limit: p.Limit, Remaining: 2 - i, Reset: time.Duration(i+1) * each}}, got.Verdicts)
	}
	d.move(time.Minute)
	got := d.take(ask)
	assert.False(t, got.Allowed)
	assert.Equal(t, []ratelimit.Verdict{{Policy: p, Limit: p.Limit, Reset: 3*each - time.Minute, RetryAfter: each - time.Minute}}, got.Verdicts)
}

func refill(t *testing.T, d fixture) {
	ask := ratelimit.Ask{Policy: policy("p", 2), Key: "k"}
	d.take(ask)
	d.take(ask)
	d.move(each - time.Microsecond)
	got := d.take(ask)
	assert.False(t, got.Allowed)
	assert.Equal(t, time.Microsecond, got.Verdicts[0].RetryAfter)
	d.move(time.Microsecond)
	assert.True(t, d.take(ask).Allowed)
	assert.False(t, d.take(ask).Allowed)
	d.move(2 * each)
	assert.Equal(t, 1, d.take(ask).Verdicts[0].Remaining, "full, and no more than full")
}

// A refusal by one policy must not use up the budgets that others share.
func allOrNothing(t *testing.T, d fixture) {
	wide, narrow := ratelimit.Ask{Policy: policy("wide", 5), Key: "k"}, ratelimit.Ask{Policy: policy("narrow", 1), Key: "k"}
	assert.True(t, d.take(wide, narrow).Allowed)
	for range 3 {
		got := d.take(wide, narrow)
		assert.False(t, got.Allowed)
		assert.Equal(t, 4, got.Verdicts[0].Remaining)
		assert.Equal(t, each, got.Verdicts[0].Reset)
		assert.Zero(t, got.Verdicts[0].RetryAfter)
		assert.Equal(t, each, got.Verdicts[1].RetryAfter)
		tightest, ok := got.Tightest()
		assert.True(t, ok)
		assert.Equal(t, "narrow", tightest.Policy.Name)
	}
	assert.Equal(t, 3, d.take(wide).Verdicts[0].Remaining)
}

func apart(t *testing.T, d fixture) {
	for _, name := range []string{"p", "q", "p\x00a", "pa", ""} {
		for _, key := range []string{"k", "l", "a\x00b", "b", "", "a", "\x00b", "ab"} {
			ask := ratelimit.Ask{Policy: policy(name, 1), Key: key}
			assert.True(t, d.take(ask).Allowed, "%q %q", name, key)
			assert.False(t, d.take(ask).Allowed, "%q %q", name, key)
		}
	}
}

func own(t *testing.T, d fixture) {
	p := policy("p", 1)
	limit := ratelimit.Limit{Rate: 20, Per: time.Hour, Burst: 4}
	big, plain := ratelimit.Ask{Policy: p, Limit: limit, Key: "big"}, ratelimit.Ask{Policy: p, Key: "plain"}
	for range 4 {
		got := d.take(big)
		assert.True(t, got.Allowed)
		assert.Equal(t, limit, got.Verdicts[0].Limit)
	}
	assert.Equal(t, each/2, d.take(big).Verdicts[0].RetryAfter)
	assert.True(t, d.take(plain).Allowed)
	assert.False(t, d.take(plain).Allowed)
}

func cost(t *testing.T, d fixture) {
	p := policy("p", 10)
	assert.Equal(t, 6, d.take(ratelimit.Ask{Policy: p, Key: "k", Cost: 4}).Verdicts[0].Remaining)
	got := d.take(ratelimit.Ask{Policy: p, Key: "k", Cost: 8})
	assert.False(t, got.Allowed)
	assert.Equal(t, 2*each, got.Verdicts[0].RetryAfter)
	assert.Equal(t, 6, got.Verdicts[0].Remaining)
	assert.Equal(t, 5, d.take(ratelimit.Ask{Policy: p, Key: "k", Cost: -3}).Verdicts[0].Remaining, "a negative cost returns nothing")
	assert.True(t, d.take(ratelimit.Ask{Policy: p, Key: "whole", Cost: 1 << 62}).Allowed)
	assert.Equal(t, p.Limit.Window(), d.take(ratelimit.Ask{Policy: p, Key: "whole", Cost: 1 << 62}).Verdicts[0].RetryAfter)
}

func giving(t *testing.T, d fixture) {
	p := policy("p", 5)
	ask, dear := ratelimit.Ask{Policy: p, Key: "k"}, ratelimit.Ask{Policy: p, Key: "k", Cost: 3}
	d.giveBack(ask)
	assert.Equal(t, 5, d.left(ask), "nothing was taken")
	d.take(dear)
	d.giveBack(ask)
	assert.Equal(t, 3, d.left(ask))
	d.giveBack(dear, ratelimit.Ask{Policy: policy("q", 2), Key: "never"})
	d.giveBack(dear)
	assert.Equal(t, 5, d.left(ask), "full, and no more than full")
	assert.True(t, d.take(ratelimit.Ask{Policy: p, Key: "k", Cost: 5}).Allowed)
	assert.False(t, d.take(ask).Allowed)
	d.giveBack(ratelimit.Ask{Policy: p, Key: "k", Cost: 2}, ratelimit.Ask{Policy: p, Key: "k", Cost: 2})
	assert.Equal(t, 4, d.left(ask))
}

func twice(t *testing.T, d fixture) {
	ask := ratelimit.Ask{Policy: policy("p", 4), Key: "k"}
	assert.True(t, d.take(ask, ask).Allowed)
	assert.Equal(t, 2, d.left(ask))
	d.take(ask)
	assert.False(t, d.take(ask, ask).Allowed)
	assert.Equal(t, 1, d.left(ask))
}

func parallel(t *testing.T, d fixture) {
	asks := []ratelimit.Ask{{Policy: policy("p", 30), Key: "k"}, {Policy: policy("q", 1000), Key: "k"}}
	assert.Equal(t, int32(30), race(t, 100, asks[:1], d.l))
	d.move(30 * each)
	_ = race(t, 100, asks, d.l)
	assert.LessOrEqual(t, 1000-d.left(asks[1]), 30)
}

// race is how many of n concurrent requests are allowed.
func race(t *testing.T, n int, asks []ratelimit.Ask, limiters ...ratelimit.Limiter) int32 {
	t.Helper()
	var passed atomic.Int32
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-gate
			got, err := limiters[i%len(limiters)].Take(context.Background(), asks...)
			assert.NoError(t, err)
			if got.Allowed {
				passed.Add(1)
			}
		})
	}
	close(gate)
	wg.Wait()
	return passed.Load()
}

// Without a bound, every user would be locked out for as long as the step.
func backwards(t *testing.T, d fixture) {
	p := policy("p", 2)
	ask := ratelimit.Ask{Policy: p, Key: "k"}
	d.take(ask)
	d.move(-24 * time.Hour)
	got := d.take(ask)
	assert.False(t, got.Allowed)
	assert.Equal(t, each, got.Verdicts[0].RetryAfter)
	d.move(each)
	assert.True(t, d.take(ask).Allowed, "the refusal did not start the wait again")
	d.move(-24 * time.Hour)
	d.giveBack(ask)
	d.move(each)
	assert.True(t, d.take(ask).Allowed)
}

func lowered(t *testing.T, d fixture) {
	p := policy("p", 100)
	assert.True(t, d.take(ratelimit.Ask{Policy: p, Key: "k", Cost: 100}).Allowed)
	low := ratelimit.Ask{Policy: p, Key: "k", Limit: ratelimit.Limit{Rate: 10, Per: time.Hour, Burst: 2}}
	got := d.take(low)
	assert.Equal(t, []ratelimit.Verdict{{Policy: p, Limit: low.Limit, Reset: 2 * each, RetryAfter: each}}, got.Verdicts)
	d.move(each)
	assert.True(t, d.take(low).Allowed)
	assert.False(t, d.take(low).Allowed)
}

func extremes(t *testing.T, d fixture) {
	for _, limit := range []ratelimit.Limit{
		{Rate: 1_000_000, Per: time.Second, Burst: 9_999_999},
		{Rate: 1, Per: 24 * time.Hour, Burst: 30},
		{Rate: 1 << 62, Per: time.Second, Burst: 9_999_999}, // not validated; the same below
		{Rate: 1, Per: 1<<63 - 1, Burst: 1 << 62},
		{Rate: 1, Per: time.Hour, Burst: 1 << 62},
		{Rate: -1, Per: -1, Burst: -1},
	} {
		p := &ratelimit.Policy{Name: limit.String(), Limit: limit}
		all := ratelimit.Ask{Policy: p, Key: "k", Cost: limit.Burst}
		assert.True(t, d.take(all).Allowed, limit.String())
		got := d.take(all)
		assert.False(t, got.Allowed, limit.String())
		assert.Equal(t, limit.Window(), got.Verdicts[0].RetryAfter)
		assert.Positive(t, limit.Window())
		assert.LessOrEqual(t, limit.Window(), 30*24*time.Hour)
	}
}

func nothing(t *testing.T, d fixture) {
	got := d.take()
	assert.True(t, got.Allowed)
	_, ok := got.Tightest()
	assert.False(t, ok)
	d.giveBack()
}
