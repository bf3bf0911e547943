package connected

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// Store reads what is connected and ends it.
type Store interface {
	// ConnectedApps are those with access, by name.
	ConnectedApps(ctx context.Context, of Filter) ([]App, error)
	// WithdrawConsent forgets what a user agreed to for a client and ends everything issued under it, or returns
	// provider.ErrNotFound when there is neither.
	WithdrawConsent(ctx context.Context, userID provider.ID, clientID string, at time.Time) error
}

// Registry lists the applications of users and ends their access.
type Registry struct {
	store Store
	gate  *audit.Gate
	clock provider.Clock
}

// NewRegistry makes a Registry.
func NewRegistry(store Store, gate *audit.Gate, clock provider.Clock) *Registry {
	return &Registry{store: store, gate: gate, clock: clock}
}

// List are the applications that have access to the account of a user, by name.
func (r *Registry) List(ctx context.Context, userID provider.ID) ([]App, error) {
	apps, err := r.store.ConnectedApps(ctx, Filter{UserID: userID, Now: r.clock.Now(ctx)})
	if err != nil {
		return nil, fmt.Errorf("connected: list: %w", err)
	}
	return apps, nil
}

// End ends all access of an application to the account of the user who asks for it: every grant with its tokens,
// and the remembered consent. It returns provider.ErrNotFound when there is nothing to end.
func (r *Registry) End(ctx context.Context, userID provider.ID, clientID string) error {
	return r.gate.Record(ctx, audit.Self(ctx, userID), audit.ConsentWithdraw, consent.Target(userID, clientID), r.end(userID, clientID))
}

// EndFor is End for an administrator. It also returns audit.ErrForbidden.
func (r *Registry) EndFor(ctx context.Context, actor audit.Actor, userID provider.ID, clientID string) error {
	return r.gate.Do(ctx, actor, audit.ConsentWithdraw, consent.Target(userID, clientID), r.end(userID, clientID))
}

// end ends the access. What ended is read in the same transaction, for the record that a receipt is made of.
func (r *Registry) end(userID provider.ID, clientID string) func(ctx context.Context) (audit.Changes, error) {
	return func(ctx context.Context) (audit.Changes, error) {
		now := r.clock.Now(ctx)
		apps, err := r.store.ConnectedApps(ctx, Filter{UserID: userID, ClientID: clientID, Now: now})
		if err != nil {
			return nil, err
		}
		if err := r.store.WithdrawConsent(ctx, userID, clientID, now); err != nil || len(apps) == 0 {
			return nil, err
		}
		return ended(apps[0]), nil
	}
}

const (
	clientName = "client_name"
	scopes     = "scopes"
	since      = "since"
)

// ended are the details of the record.
func ended(app App) audit.Changes {
	return audit.Diff(map[string]any{clientName: app.Name, scopes: app.Scopes, since: app.Since.UTC().Format(time.RFC3339)}, nil)
}
