package statistics

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

const (
	// addEvery is how often figures go to the database.
	addEvery = time.Minute
	// mostLabels bounds the labels of a series in one hour of a process. There are fewer checks than that.
	mostLabels = 250
)

// adder adds figures to those that are stored.
type adder interface {
	AddFigures(ctx context.Context, figures []Figure) error
}

// Counter counts what happens in a process. It is safe for concurrent use.
type Counter struct {
	clock provider.Clock

	mu     sync.Mutex
	counts map[counted]int64
	labels map[Series]int
}

type counted struct {
	hour   Hour
	series Series
	label  string
}

// NewCounter makes a Counter. Run stores what it counts.
func NewCounter(clock provider.Clock) *Counter {
	return &Counter{clock: clock, counts: map[counted]int64{}, labels: map[Series]int{}}
}

// Hear counts an event. It is an event.Listener.
func (c *Counter) Hear(_ context.Context, e event.Event) {
	switch e := e.(type) {
	case event.SignedIn:
		c.count(SignIns, Method(e.Methods))
	case event.SignInRefused:
		c.count(RefusedSignIns, e.Reason)
	case event.FactorRefused:
		c.count(RefusedSignIns, "second_factor")
	case event.TokenIssued:
		c.count(Tokens, e.GrantType)
	}
}

// Answered counts a request by how long it took. Check is that of its refusal; empty: it was not refused.
func (c *Counter) Answered(check string, took time.Duration) {
	c.count(Requests, bound(took))
	if check != "" {
		c.count(Refusals, check)
	}
}

func bound(took time.Duration) string {
	for _, b := range Bounds() {
		if took <= time.Duration(b)*time.Millisecond {
			return strconv.Itoa(b)
		}
	}
	return "more"
}

// The labels of SignIns.
const (
	ByPassword     = "password"
	BySecondFactor = "second_factor" // a code beside the password
	ByPasskey      = "passkey"
)

// Method is the label of a sign-in by methods of authentication (RFC 8176).
func Method(methods []string) string {
	switch class := acr.Of(methods); {
	case acr.Satisfies(class, acr.PhishingResistant):
		return ByPasskey
	case class == acr.TwoFactors:
		return BySecondFactor
	case slices.Contains(methods, acr.MethodPassword):
		return ByPassword
	default:
		return Other
	}
}

func (c *Counter) count(s Series, label string) {
	key := counted{HourOf(c.clock()), s, label}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.counts[key]; !known {
		if c.labels[s] >= mostLabels {
			key.label = Other
		} else {
			c.labels[s]++
		}
	}
	c.counts[key]++
}

// Run adds what was counted to the database each minute until ctx ends, and then what is left.
func (c *Counter) Run(ctx context.Context, store adder, log *slog.Logger) {
	ticker := time.NewTicker(addEvery)
	defer ticker.Stop()
	flush := func(ctx context.Context) {
		if err := c.Flush(ctx, store); err != nil {
			log.WarnContext(ctx, "the figures of the console are not stored yet", slog.Any("cause", err))
		}
	}
	for {
		select {
		case <-ticker.C:
			flush(ctx)
		case <-ctx.Done():
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			flush(ctx)
			return
		}
	}
}

// Flush adds what was counted to the database. When that fails it is counted on.
func (c *Counter) Flush(ctx context.Context, store adder) error {
	taken := c.take()
	if len(taken) == 0 {
		return nil
	}
	figures := make([]Figure, 0, len(taken))
	for key, n := range taken {
		figures = append(figures, Figure{key.hour, key.series, key.label, n})
	}
	err := store.AddFigures(ctx, figures)
	if err != nil {
		c.giveBack(taken)
	}
	return err
}

func (c *Counter) take() map[counted]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.counts
	c.counts, c.labels = map[counted]int64{}, map[Series]int{}
	return taken
}

// giveBack keeps what could not be stored. In a long outage of the database the hours that are no longer kept anyway
// go first; what is within the bound of labels stays small.
func (c *Counter) giveBack(taken map[counted]int64) {
	oldest := HourOf(c.clock().Add(-Kept))
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, n := range taken {
		if key.hour < oldest {
			continue
		}
		if _, known := c.counts[key]; !known {
			c.labels[key.series]++
		}
		c.counts[key] += n
	}
}
