package ratelimit_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// A counter that is not initialized for a source misses the first refusals.
func TestSourcesOfAPolicyAreComplete(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	memory := ratelimit.NewMemory(clock.now)
	shared := counting(t, connect(t, redisURL(services.NewRedis(t))), clock.now)
	log := slog.New(slog.DiscardHandler)
	working, away := ratelimit.NewGuarded(shared, memory, log, clock.now), ratelimit.NewGuarded(&moody{err: errUnavailable}, memory, log, clock.now)
	for _, p := range ratelimit.Policies() {
		for _, c := range []struct {
			redis    bool
			limiters []ratelimit.Limiter
		}{
			{false, []ratelimit.Limiter{memory}},
			{true, []ratelimit.Limiter{working, away}},
		} {
			var n notes
			for _, l := range c.limiters {
				_, err := ratelimit.Observe(l, &n).Take(t.Context(), asks(&p)...)
				require.NoError(t, err)
			}
			var decided []string
			for _, note := range n {
				decided = append(decided, note.source)
			}
			assert.Equal(t, p.Sources(c.redis), decided, p.Name)
		}
	}
}
