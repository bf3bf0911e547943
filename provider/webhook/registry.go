package webhook

import (
	"context"
	"io"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Store stores endpoints and lists deliveries. It returns provider.ErrNotFound.
type Store interface {
	endpointStore
	deliveryStore
}

type endpointStore interface {
	CreateEndpoint(ctx context.Context, e Endpoint, s Secret) error
	Endpoint(ctx context.Context, id provider.ID) (Endpoint, error)
	// LockEndpoint reads an endpoint and locks it until the transaction ends.
	LockEndpoint(ctx context.Context, id provider.ID) (Endpoint, error)
	// LockEndpointList keeps others from adding an endpoint until the transaction ends.
	LockEndpointList(ctx context.Context) error
	// Endpoints lists those after the given one, by id.
	Endpoints(ctx context.Context, after provider.ID, limit int) ([]Endpoint, error)
	UpdateEndpoint(ctx context.Context, e Endpoint) error
	DeleteEndpoint(ctx context.Context, id provider.ID) error
	// WebhookSecrets are the secrets that sign, the newest first.
	WebhookSecrets(ctx context.Context, endpoint provider.ID, now time.Time) ([]Secret, error)
	// RotateWebhookSecret adds a secret and ends the others at the given time, at the latest.
	RotateWebhookSecret(ctx context.Context, s Secret, end time.Time) error
}

type deliveryStore interface {
	AddDelivery(ctx context.Context, d Delivery) error
	// Deliveries lists those before the given one, the newest first.
	Deliveries(ctx context.Context, endpoint, before provider.ID, limit int) ([]Delivery, error)
	// Redeliver makes one of the endpoint due at a time, unless it is before another time anyway.
	Redeliver(ctx context.Context, endpoint, id provider.ID, at, before time.Time) error
	// RedeliverFailed makes those pending that failed and were created since a time.
	RedeliverFailed(ctx context.Context, endpoint provider.ID, since, at time.Time) (int64, error)
}

// Registry manages endpoints. Each change is an administrative act.
type Registry struct {
	store     Store
	gate      *audit.Gate
	seal      sealer
	cleartext Cleartext
	clock     provider.Clock
	random    io.Reader
}

// NewRegistry makes a Registry.
func NewRegistry(store Store, gate *audit.Gate, seal sealer, cleartext Cleartext, clock provider.Clock, random io.Reader) *Registry {
	return &Registry{store, gate, seal, cleartext, clock, random}
}

// maxEndpoints bounds what each act of an administrator writes: a delivery for each endpoint.
const maxEndpoints = 100

// Create adds an endpoint and returns it with its secret, which cannot be read later. It returns
// *InvalidEndpoint.
func (r *Registry) Create(ctx context.Context, actor audit.Actor, e Endpoint) (Endpoint, string, error) {
	now := r.clock.Now(ctx)
	e.ID, e.CreatedAt, e.UpdatedAt, e.FailingSince = provider.NewID(now, r.random), now, now, nil
	if err := e.prepare(r.cleartext); err != nil {
		return Endpoint{}, "", err
	}
	s, text, err := newSecret(r.seal, e.ID, now, r.random)
	if err != nil {
		return Endpoint{}, "", err
	}
	return e, text, r.gate.Do(ctx, actor, audit.WebhookCreate, target(e.ID), func(ctx context.Context) (audit.Changes, error) {
		// The number holds until this endpoint is counted, too.
		if err := r.store.LockEndpointList(ctx); err != nil {
			return nil, err
		}
		others, err := r.store.Endpoints(ctx, provider.ID{}, maxEndpoints)
		if err != nil {
			return nil, err
		}
		if len(others) >= maxEndpoints {
			return nil, &InvalidEndpoint{"url", fault.New(fault.Webhooks, "most", maxEndpoints)}
		}
		return audit.Details(e.record()), r.store.CreateEndpoint(ctx, e, s)
	})
}

// Get reads an endpoint. It returns provider.ErrNotFound.
func (r *Registry) Get(ctx context.Context, id provider.ID) (Endpoint, error) {
	return r.store.Endpoint(ctx, id)
}

// List lists the endpoints after the given one, by id.
func (r *Registry) List(ctx context.Context, after provider.ID, limit int) ([]Endpoint, error) {
	return r.store.Endpoints(ctx, after, limit)
}

// Change changes an endpoint: change receives the current one and modifies it in place. It returns
// the error of change, *InvalidEndpoint or provider.ErrNotFound.
func (r *Registry) Change(ctx context.Context, actor audit.Actor, id provider.ID, change func(e *Endpoint) error) (Endpoint, error) {
	var changed Endpoint
	err := r.gate.Do(ctx, actor, audit.WebhookUpdate, target(id), func(ctx context.Context) (audit.Changes, error) {
		e, err := r.store.LockEndpoint(ctx, id)
		if err != nil {
			return nil, err
		}
		before, was := e.record(), e
		if err := change(&e); err != nil {
			return nil, err
		}
		e.ID, e.CreatedAt, e.UpdatedAt = id, was.CreatedAt, was.UpdatedAt
		if was.Disabled && !e.Disabled {
			e.FailingSince = nil // the five days begin again
		}
		if err := e.prepare(r.cleartext); err != nil {
			return nil, err
		}
		changes := audit.Diff(before, e.record())
		if len(changes) > 0 {
			e.UpdatedAt = r.clock.Now(ctx)
			err = r.store.UpdateEndpoint(ctx, e)
		}
		changed = e
		return changes, err
	})
	return changed, err
}

// Delete removes an endpoint and its secrets. What was not delivered yet is not sent.
func (r *Registry) Delete(ctx context.Context, actor audit.Actor, id provider.ID) error {
	return r.gate.Do(ctx, actor, audit.WebhookDelete, target(id), func(ctx context.Context) (audit.Changes, error) {
		e, err := r.store.LockEndpoint(ctx, id)
		if err != nil {
			return nil, err
		}
		return audit.Diff(e.record(), nil), r.store.DeleteEndpoint(ctx, id)
	})
}

const (
	// MaxOverlap is for how long old secrets may go on signing.
	MaxOverlap = 30 * 24 * time.Hour
	// maxSecrets bounds the signatures of a message: they are in a header, whose size receivers limit.
	maxSecrets = 5
)

// RotateSecret gives an endpoint a new secret and returns it. Messages are signed with the former
// ones, too, for the overlap. It returns *InvalidEndpoint.
func (r *Registry) RotateSecret(ctx context.Context, actor audit.Actor, id provider.ID, overlap time.Duration) (string, error) {
	if overlap < 0 || overlap > MaxOverlap {
		return "", &InvalidEndpoint{"overlap_seconds", fault.New(fault.Overlap)}
	}
	now := r.clock.Now(ctx)
	s, text, err := newSecret(r.seal, id, now, r.random)
	if err != nil {
		return "", err
	}
	return text, r.gate.Do(ctx, actor, audit.WebhookRotateSecret, target(id), func(ctx context.Context) (audit.Changes, error) {
		if _, err := r.store.LockEndpoint(ctx, id); err != nil {
			return nil, err
		}
		signing, err := r.store.WebhookSecrets(ctx, id, now)
		if err != nil {
			return nil, err
		}
		if overlap > 0 && len(signing) >= maxSecrets {
			return nil, &InvalidEndpoint{"overlap_seconds", fault.New(fault.Secrets, "most", len(signing))}
		}
		return audit.Details(map[string]any{"overlap_seconds": int64(overlap.Seconds())}), r.store.RotateWebhookSecret(ctx, s, now.Add(overlap))
	})
}
