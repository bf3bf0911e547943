package ratelimit_test

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/ratelimit"
)

func inspection(t *testing.T, d fixture) {
	i := d.l.(ratelimit.Inspector)
	p := policy("p", 3)
	ask, other := ratelimit.Ask{Policy: p, Key: "k"}, ratelimit.Ask{Policy: p, Key: "other"}
	look := func(a ratelimit.Ask) ratelimit.Verdict {
		t.Helper()
		got, err := i.Peek(t.Context(), a)
		require.NoError(t, err)
		require.Len(t, got.Verdicts, 1)
		assert.Equal(t, got.Allowed, got.Verdicts[0].RetryAfter == 0)
		return got.Verdicts[0]
	}
	assert.Equal(t, ratelimit.Verdict{Policy: p, Limit: p.Limit, Remaining: 3}, look(ask), "full")
	d.take(other)
	d.take(ask)
	for range 10 { // looking takes nothing
		assert.Equal(t, ratelimit.Verdict{Policy: p, Limit: p.Limit, Remaining: 2, Reset: each}, look(ask))
	}
	d.take(ask)
	d.take(ask)
	d.move(time.Minute)
	assert.Equal(t, ratelimit.Verdict{Policy: p, Limit: p.Limit, Reset: 3*each - time.Minute, RetryAfter: each - time.Minute}, look(ask))
	own := ask
	own.Limit = ratelimit.Limit{Rate: 10, Per: time.Hour, Burst: 5}
	assert.Equal(t, 2, look(own).Remaining, "of the key's own limit")

	require.NoError(t, i.Refill(t.Context(), ask))
	assert.Equal(t, 3, look(ask).Remaining)
	assert.Equal(t, 2, look(other).Remaining, "another budget")
	for range 3 {
		assert.True(t, d.take(ask).Allowed)
	}
	assert.False(t, d.take(ask).Allowed)
	require.NoError(t, i.Refill(t.Context(), ratelimit.Ask{Policy: p, Key: "nobody"}))
}

// While Redis is away the state is that of what counts instead.
func TestAnOutageIsSeenInTheState(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	away := &moody{Limiter: ratelimit.NewMemory(clock.now), err: errors.New("away")}
	g := ratelimit.NewGuarded(away, ratelimit.NewMemory(clock.now), slog.New(slog.DiscardHandler), clock.now)
	strict := ratelimit.Ask{Policy: policy("p", 8), Key: "k"}
	_, err := g.Take(t.Context(), strict)
	require.NoError(t, err)
	d, err := g.Peek(t.Context(), strict)
	require.NoError(t, err)
	assert.Equal(t, []any{"fallback", 1}, []any{d.Source, d.Verdicts[0].Remaining}, "a quarter of the limit, of which one is taken")
	relaxed := *strict.Policy
	relaxed.Outage = ratelimit.Open
	d, err = g.Peek(t.Context(), ratelimit.Ask{Policy: &relaxed, Key: "k"})
	require.NoError(t, err)
	assert.Equal(t, []any{"none", true}, []any{d.Source, d.Allowed})

	require.Error(t, g.Refill(t.Context(), strict), "Redis still counts against it")
	d, err = g.Peek(t.Context(), strict)
	require.NoError(t, err)
	assert.Equal(t, 2, d.Verdicts[0].Remaining)
}
