package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Filter selects remembered consents; the zero value selects all.
type Filter struct {
	UserID   provider.ID
	ClientID string
	// The list continues after the consent of AfterUser for AfterClient, unless that is empty.
	AfterUser   provider.ID
	AfterClient string
}

// Store stores remembered consents.
type Store interface {
	// Consents pages through the consents that users wanted remembered, by user and client.
	Consents(ctx context.Context, of Filter, limit int) ([]ClientConsent, error)
	Standing(ctx context.Context, userID provider.ID, clientID string) (Standing, error)
	Remember(ctx context.Context, userID provider.ID, clientID, before string, r Remembered, at time.Time) error
	// WithdrawConsent forgets what a user agreed to for a client and ends everything issued under
	// it, or returns provider.ErrNotFound when there is neither.
	WithdrawConsent(ctx context.Context, userID provider.ID, clientID string, at time.Time) error
}

type clientFinder interface {
	Client(ctx context.Context, id string) (*client.Client, error)
}

// history is the audit log.
type history interface {
	Records(ctx context.Context, of audit.Filter, limit int) ([]audit.Record, error)
}

// Registry lists, gives and withdraws consents, for administrators.
type Registry struct {
	store   Store
	clients clientFinder
	log     history
	gate    *audit.Gate
	clock   provider.Clock
}

// NewRegistry makes a Registry.
func NewRegistry(store Store, clients clientFinder, log history, gate *audit.Gate, clock provider.Clock) *Registry {
	return &Registry{store: store, clients: clients, log: log, gate: gate, clock: clock}
}

// List pages through the consents that users wanted remembered, by user and client.
func (r *Registry) List(ctx context.Context, of Filter, limit int) ([]ClientConsent, error) {
	return r.store.Consents(ctx, of, limit)
}

// Get returns what a user agreed to for a client and wanted remembered, or provider.ErrNotFound.
func (r *Registry) Get(ctx context.Context, userID provider.ID, clientID string) (ClientConsent, error) {
	list, err := r.store.Consents(ctx, Filter{UserID: userID, ClientID: clientID}, 1)
	if err == nil && len(list) == 0 {
		err = provider.ErrNotFound
	}
	if err != nil {
		return ClientConsent{}, err
	}
	return list[0], nil
}

// ErrBeyondClient: the client is not registered for a scope or an audience of a consent.
var ErrBeyondClient = errors.New("the client is not registered for everything that the consent is about")

// Create agrees to something for a user, as if the user had been asked: for an organization that has
// the agreement of its members. It is added to what the user agreed to before. It returns
// ErrBeyondClient, provider.ErrNotFound or audit.ErrForbidden, the latter for a management scope that
// the actor does not have.
func (r *Registry) Create(ctx context.Context, actor audit.Actor, userID provider.ID, clientID string, agreed Agreement) error {
	return r.gate.Do(ctx, actor, audit.ConsentCreate, Target(userID, clientID), func(ctx context.Context) (audit.Changes, error) {
		c, err := r.clients.Client(ctx, clientID)
		if err != nil {
			return nil, err
		}
		if err := mayAgree(actor, c, agreed); err != nil {
			return nil, err
		}
		standing, err := r.store.Standing(ctx, userID, clientID)
		if err != nil {
			return nil, err
		}
		if standing.Remembered.Covers(agreed) {
			return audit.Changes{}, nil
		}
		return agreed.Changes(), r.store.Remember(ctx, userID, clientID, standing.Version, standing.Remembered.And(agreed), r.clock.Now(ctx))
	})
}

func mayAgree(actor audit.Actor, c *client.Client, agreed Agreement) error {
	beyond := slices.ContainsFunc(agreed.Scopes, func(scope string) bool { return !c.MayAsk(scope) }) ||
		slices.ContainsFunc(agreed.Audience, func(resource string) bool { return !c.MayReach(resource) })
	if beyond {
		return ErrBeyondClient
	}
	if err := actor.RequireAll(audit.Scopes(agreed.Scopes)); err != nil {
		return fmt.Errorf("the consent has management scopes: %w", err)
	}
	return nil
}

// Withdraw forgets what a user agreed to for a client and ends everything issued under it, at once.
// It returns provider.ErrNotFound when there is neither a consent nor a grant.
func (r *Registry) Withdraw(ctx context.Context, actor audit.Actor, userID provider.ID, clientID string) error {
	return r.gate.Do(ctx, actor, audit.ConsentWithdraw, Target(userID, clientID), func(ctx context.Context) (audit.Changes, error) {
		return nil, r.store.WithdrawConsent(ctx, userID, clientID, r.clock.Now(ctx))
	})
}

// History are the records of what a user agreed to for a client and how that ended, the newest first,
// before the record with an id if that is not zero. They are kept as long as the audit log.
func (r *Registry) History(ctx context.Context, userID provider.ID, clientID string, before provider.ID, limit int) ([]audit.Record, error) {
	return r.log.Records(ctx, audit.Filter{
		UserID: userID.String(), ClientID: clientID, Before: before,
		Actions: []audit.Action{audit.ConsentGive, audit.ConsentCreate, audit.ConsentWithdraw, audit.ClientDisallowUser},
	}, limit)
}
