package consent

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Store stores remembered consents.
type Store interface {
	// Consents lists what a user agreed to and wanted remembered, by client.
	Consents(ctx context.Context, userID provider.ID) ([]ClientConsent, error)
	// WithdrawConsent forgets what a user agreed to for a client and ends everything issued under
	// it, or returns provider.ErrNotFound when there is neither.
	WithdrawConsent(ctx context.Context, userID provider.ID, clientID string, at time.Time) error
}

// Registry lists and withdraws consents, for administrators.
type Registry struct {
	store Store
	gate  *audit.Gate
	clock provider.Clock
}

// NewRegistry makes a Registry.
func NewRegistry(store Store, gate *audit.Gate, clock provider.Clock) *Registry {
	return &Registry{store: store, gate: gate, clock: clock}
}

// List lists what a user agreed to and wanted remembered, by client.
func (r *Registry) List(ctx context.Context, userID provider.ID) ([]ClientConsent, error) {
	return r.store.Consents(ctx, userID)
}

// Withdraw forgets what a user agreed to for a client and ends everything issued under it, at once.
// It returns provider.ErrNotFound when there is neither a consent nor a grant.
func (r *Registry) Withdraw(ctx context.Context, actor audit.Actor, userID provider.ID, clientID string) error {
	target := audit.OfUser(userID)
	target.ClientID = clientID
	return r.gate.Do(ctx, actor, audit.ConsentWithdraw, target, func(ctx context.Context) (audit.Changes, error) {
		return nil, r.store.WithdrawConsent(ctx, userID, clientID, r.clock.Now(ctx))
	})
}
