package ratelimit_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// journal is a log handler that records each level and when it was logged.
type journal struct {
	slog.Handler

	mu      sync.Mutex
	now     func() time.Duration
	entries []entry
}

type entry struct {
	level slog.Level
	after time.Duration
}

// newJournal starts at the current time of the clock.
func newJournal(clock *manualClock) *journal {
	began := clock.now()
	return &journal{Handler: slog.DiscardHandler, now: func() time.Duration { return clock.now().Sub(began) }}
}

func (*journal) Enabled(context.Context, slog.Level) bool { return true }

func (j *journal) Handle(_ context.Context, r slog.Record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries = append(j.entries, entry{r.Level, j.now()})
	return nil
}

func warned(after time.Duration) entry { return entry{slog.LevelWarn, after} }
func over(after time.Duration) entry   { return entry{slog.LevelInfo, after} }

// The log is never wrong for more than a minute, and never has more than one warning a minute.
func TestLogFollowsTheOutages(t *testing.T) {
	t.Parallel()
	const second = time.Second
	for name, c := range map[string]struct {
		// spans are the seconds for which Redis is up, down, up, and so on.
		spans []int
		said  []entry
	}{
		"none":                      {[]int{100}, nil},
		"a short one":               {[]int{10, 5, 10}, []entry{warned(10 * second), over(15 * second)}},
		"a long one":                {[]int{0, 130, 10}, []entry{warned(0), warned(60 * second), warned(120 * second), over(130 * second)}},
		"one a minute later":        {[]int{0, 5, 60, 5, 5}, []entry{warned(0), over(5 * second), warned(65 * second), over(70 * second)}},
		"another within the minute": {[]int{0, 5, 5, 5, 100}, []entry{warned(0), over(5 * second)}},
		"another that outlasts it":  {[]int{0, 5, 5, 90, 10}, []entry{warned(0), over(5 * second), warned(60 * second), over(100 * second)}},
		"down and up repeatedly":    {[]int{0, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7}, []entry{warned(0), over(7 * second), warned(60 * second), over(63 * second)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := newManualClock()
			j := newJournal(clock)
			m := &moody{Limiter: ratelimit.NewMemory(clock.now)}
			g := ratelimit.NewGuarded(m, ratelimit.NewMemory(clock.now), slog.New(j), clock.now)
			for i, seconds := range c.spans {
				if m.err = nil; i%2 == 1 {
					m.err = errUnavailable
				}
				for range seconds {
					for range 5 {
						_, err := g.Take(t.Context(), asks(policy("p", 1000))...)
						require.NoError(t, err)
					}
					clock.move(time.Second)
				}
			}
			assert.Equal(t, c.said, j.entries)
		})
	}
}

// slow responds to "late" only once let is closed, and to everything else at once.
type slow struct {
	*ratelimit.Memory

	asked, let chan struct{}
}

func (s slow) Take(_ context.Context, asks ...ratelimit.Ask) (ratelimit.Decision, error) {
	if asks[0].Key != "late" {
		return ratelimit.Decision{}, errUnavailable
	}
	close(s.asked)
	<-s.let
	return ratelimit.Decision{Allowed: true, Source: "redis"}, nil
}

// interrupted is a log handler that delays the warning.
type interrupted struct {
	*journal

	meanwhile func()
}

func (i interrupted) Handle(ctx context.Context, r slog.Record) error {
	if r.Level == slog.LevelWarn {
		i.meanwhile()
	}
	return i.journal.Handle(ctx, r)
}

// A response that arrives just as the breaker opens ends the outage: a warning logged after it
// would be the last line and wrong.
func TestLastLogLineIsTheCurrentState(t *testing.T) {
	t.Parallel()
	clock := newManualClock()
	s := slow{asked: make(chan struct{}), let: make(chan struct{})}
	answered := make(chan struct{})
	log := interrupted{newJournal(clock), func() {
		close(s.let)
		select {
		case <-answered: // its line would be logged before the warning
		case <-time.After(50 * time.Millisecond):
		}
	}}
	g := ratelimit.NewGuarded(s, ratelimit.NewMemory(clock.now), slog.New(log), clock.now)
	take := func(key string) {
		_, err := g.Take(t.Context(), ratelimit.Ask{Policy: policy("p", 1000), Key: key})
		assert.NoError(t, err)
	}
	go func() {
		defer close(answered)
		take("late")
	}()
	<-s.asked
	for range 5 {
		take("k")
	}
	<-answered
	assert.False(t, g.Failing())
	assert.Equal(t, []entry{warned(0), over(0)}, log.entries)
}
