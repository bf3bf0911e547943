package ratelimit_test

import (
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// An attacker with a million addresses must neither fill the memory nor make the limiter forget
// the account whose password is being guessed.
func TestFloodEvictsOnlyTheFlood(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	m := ratelimit.NewMemory(clock.now)
	p := policy("p", 10)
	hammered := ratelimit.Ask{Policy: p, Key: "hammered"}
	for range 10 {
		d, err := m.Take(t.Context(), hammered)
		require.NoError(t, err)
		require.True(t, d.Allowed)
	}
	var wg sync.WaitGroup
	const flooders, keys = 4, 250_000
	for f := range flooders {
		wg.Go(func() {
			for i := range keys {
				_, _ = m.Take(t.Context(), ratelimit.Ask{Policy: p, Key: strconv.Itoa(f*keys + i)})
			}
		})
	}
	wg.Wait()
	assert.Equal(t, ratelimit.Capacity, m.Len())
	d, err := m.Take(t.Context(), hammered)
	require.NoError(t, err)
	assert.False(t, d.Allowed)
}

// Full budgets are evicted first, even before newer ones.
func TestFullBudgetsAreEvictedFirst(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	m := ratelimit.NewMemory(clock.now)
	p := policy("p", 10)
	for i := range ratelimit.Capacity + ratelimit.Capacity/4 {
		_, _ = m.Take(t.Context(), ratelimit.Ask{Policy: p, Key: "old" + strconv.Itoa(i)})
	}
	require.Equal(t, ratelimit.Capacity, m.Len())
	clock.move(each)
	const fresh = ratelimit.Capacity / 8
	for i := range fresh {
		_, _ = m.Take(t.Context(), ratelimit.Ask{Policy: p, Key: "new" + strconv.Itoa(i)})
	}
	for i := range fresh {
		d, err := m.Take(t.Context(), ratelimit.Ask{Policy: p, Key: "new" + strconv.Itoa(i)})
		require.NoError(t, err)
		require.Equal(t, 8, d.Verdicts[0].Remaining)
	}
}

// The one allocation is the Decision's verdicts, which outlive the call.
func TestTakeAllocatesOnlyTheVerdicts(t *testing.T) {
	m := ratelimit.NewMemory(newManualClock().now)
	p, q := policy("p", 10), policy("q", 10)
	assert.InDelta(t, 1, testing.AllocsPerRun(100, func() {
		_, _ = m.Take(t.Context(), ratelimit.Ask{Policy: p, Key: "k"}, ratelimit.Ask{Policy: q, Key: "k"})
	}), 0)
}

func BenchmarkMemoryTake(b *testing.B) {
	p, q := policy("p", 10), policy("q", 10)
	m := ratelimit.NewMemory(provider.Clock(newManualClock().at.Local))
	names := make([]string, 100_000)
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	for name, two := range map[string]bool{"1 ask": false, "2 asks": true} {
		take := func(i int) {
			key := names[i%len(names)]
			if two {
				_, _ = m.Take(b.Context(), ratelimit.Ask{Policy: p, Key: key}, ratelimit.Ask{Policy: q, Key: key})
			} else {
				_, _ = m.Take(b.Context(), ratelimit.Ask{Policy: p, Key: key})
			}
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				take(i)
			}
		})
		b.Run(name+" in parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					take(i)
				}
			})
		})
	}
	b.Run("flood of fresh keys", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			_, _ = m.Take(b.Context(), ratelimit.Ask{Policy: p, Key: "fresh" + strconv.Itoa(i)})
		}
	})
}
