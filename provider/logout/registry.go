package logout

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Filter selects deliveries. What is empty selects all.
type Filter struct {
	ClientID string
	State    State
	// Before continues a list after the delivery with this id.
	Before provider.ID
}

// Store lists deliveries and makes them due again.
type Store interface {
	// Logouts lists those of a filter, the newest first.
	Logouts(ctx context.Context, of Filter, limit int) ([]Delivery, error)
	// RedeliverLogout makes one to a client due at a time that was not delivered, unless it is before another
	// time anyway. It returns provider.ErrNotFound.
	RedeliverLogout(ctx context.Context, clientID string, id provider.ID, at, before time.Time) error
	// RedeliverFailedLogouts makes those pending that failed and were created since a time.
	RedeliverFailedLogouts(ctx context.Context, clientID string, since, at time.Time) (int64, error)
}

// Registry shows what clients are told, and has them told again. Each change is an administrative act.
type Registry struct {
	store Store
	gate  *audit.Gate
	clock provider.Clock
}

// NewRegistry makes a Registry.
func NewRegistry(store Store, gate *audit.Gate, clock provider.Clock) *Registry {
	return &Registry{store, gate, clock}
}

// List pages through the deliveries of a filter, the newest first.
func (r *Registry) List(ctx context.Context, of Filter, limit int) ([]Delivery, error) {
	return r.store.Logouts(ctx, of, limit)
}

// Redeliver tells a client again of what it failed to take, and at once of what waits for the next attempt.
// One that was delivered is not sent again: its receiver refuses a jti that it has seen. It returns
// provider.ErrNotFound.
func (r *Registry) Redeliver(ctx context.Context, actor audit.Actor, clientID string, id provider.ID) error {
	return r.gate.Do(ctx, actor, audit.ClientRedeliverLogout, audit.OfClient(clientID), func(ctx context.Context) (audit.Changes, error) {
		now := r.clock.Now(ctx)
		return audit.Details(map[string]any{"delivery_id": id.String()}), r.store.RedeliverLogout(ctx, clientID, id, now, now.Add(claimed))
	})
}

// RedeliverFailed tells a client again of what was created since a time and failed. It returns their number.
func (r *Registry) RedeliverFailed(ctx context.Context, actor audit.Actor, clientID string, since time.Time) (int64, error) {
	var n int64
	err := r.gate.Do(ctx, actor, audit.ClientRedeliverLogout, audit.OfClient(clientID), func(ctx context.Context) (_ audit.Changes, err error) {
		n, err = r.store.RedeliverFailedLogouts(ctx, clientID, since, r.clock.Now(ctx))
		return audit.Counted("deliveries", n), err
	})
	return n, err
}
