package registration

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// The bounds of a sweep.
const (
	// batch is how many clients one transaction removes, batches how many of those there are in a sweep.
	batch   = 200
	batches = 50
	// look is when a client that has grants is looked at again.
	look = 24 * time.Hour
)

// Expiry removes clients that registered without a token and that nobody uses.
type Expiry struct {
	store Store
	gate  *audit.Gate
	clock provider.Clock
	idle  time.Duration
}

// NewExpiry makes an Expiry. Idle is how long a client stays after it was last used.
func NewExpiry(store Store, gate *audit.Gate, clock provider.Clock, idle time.Duration) *Expiry {
	return &Expiry{store, gate, clock, idle}
}

// Sweep removes a bounded number of clients and returns how many.
func (e *Expiry) Sweep(ctx context.Context) (removed int64, err error) {
	for range batches {
		seen, gone := 0, 0
		err := e.gate.Do(ctx, audit.BackgroundJob("client-expiry"), audit.ClientExpire, audit.Target{Type: audit.Client}, func(ctx context.Context) (_ audit.Changes, err error) {
			seen, gone, err = e.batch(ctx)
			return audit.Counted("removed", int64(gone)), err
		})
		if err != nil {
			return removed, fmt.Errorf("remove unused clients: %w", err)
		}
		removed += int64(gone)
		if seen < batch {
			return removed, nil
		}
	}
	return removed, nil
}

// batch looks at clients that are due: those that are used, that somebody vouches for, or that an operator
// disabled, stay. A disabled one of a document would be registered anew, and could be used again.
func (e *Expiry) batch(ctx context.Context) (seen, gone int, err error) {
	now := e.clock.Now(ctx)
	due, err := e.store.LockDueRegistrations(ctx, now, batch)
	if err != nil {
		return 0, 0, err
	}
	var unused []string
	later := map[time.Time][]string{}
	for _, d := range due {
		switch {
		case d.Granted:
			later[now.Add(look)] = append(later[now.Add(look)], d.ClientID)
		case d.Trust != client.Unverified, d.Disabled:
			later[now.Add(e.idle)] = append(later[now.Add(e.idle)], d.ClientID)
		case d.UsedAt != nil && d.UsedAt.Add(e.idle).After(now):
			later[d.UsedAt.Add(e.idle)] = append(later[d.UsedAt.Add(e.idle)], d.ClientID)
		default:
			unused = append(unused, d.ClientID)
		}
	}
	for at, ids := range later {
		if err := e.store.DeferRegistrations(ctx, ids, at); err != nil {
			return 0, 0, err
		}
	}
	if len(unused) > 0 {
		err = e.store.DeleteClients(ctx, unused)
	}
	return len(due), len(unused), err
}
