package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// ErrDisabled: nothing is sent to a disabled endpoint.
var ErrDisabled = errors.New("the endpoint is disabled")

// Deliveries lists the deliveries to an endpoint before the given one, the newest first, with their
// attempts.
func (r *Registry) Deliveries(ctx context.Context, id, before provider.ID, limit int) ([]Delivery, error) {
	if _, err := r.store.Endpoint(ctx, id); err != nil {
		return nil, err
	}
	return r.store.Deliveries(ctx, id, before, limit)
}

// Redeliver delivers an event again, whether it failed or was delivered, and one that waits for its
// next attempt at once. It returns provider.ErrNotFound.
func (r *Registry) Redeliver(ctx context.Context, actor audit.Actor, id, delivery provider.ID) error {
	return r.gate.Do(ctx, actor, audit.WebhookRedeliver, target(id), func(ctx context.Context) (audit.Changes, error) {
		if _, err := r.store.LockEndpoint(ctx, id); err != nil {
			return nil, err
		}
		now := r.clock.Now(ctx)
		return audit.Details(map[string]any{"delivery_id": delivery.String()}), r.store.Redeliver(ctx, id, delivery, now, now.Add(claimed))
	})
}

// RedeliverFailed delivers again what was created since a time and failed. It returns their number.
func (r *Registry) RedeliverFailed(ctx context.Context, actor audit.Actor, id provider.ID, since time.Time) (int64, error) {
	var n int64
	err := r.gate.Do(ctx, actor, audit.WebhookRedeliver, target(id), func(ctx context.Context) (_ audit.Changes, err error) {
		if _, err := r.store.LockEndpoint(ctx, id); err != nil {
			return nil, err
		}
		n, err = r.store.RedeliverFailed(ctx, id, since, r.clock.Now(ctx))
		return audit.Counted("deliveries", n), err
	})
	return n, err
}

// Test sends a ping to an endpoint and returns the id of the delivery. It returns ErrDisabled.
func (r *Registry) Test(ctx context.Context, actor audit.Actor, id provider.ID) (provider.ID, error) {
	now := r.clock.Now(ctx)
	text, err := json.Marshal(message{Ping, now, struct{}{}})
	if err != nil {
		return provider.ID{}, err
	}
	d := Delivery{
		ID: provider.NewID(now, r.random), EventID: provider.NewID(now, r.random), EndpointID: id, Type: Ping, Body: text,
		State: Pending, CreatedAt: now, NextAt: now,
	}
	return d.ID, r.gate.Do(ctx, actor, audit.WebhookTest, target(id), func(ctx context.Context) (audit.Changes, error) {
		switch e, err := r.store.LockEndpoint(ctx, id); {
		case err != nil:
			return nil, err
		case e.Disabled:
			return nil, ErrDisabled
		}
		return audit.Details(map[string]any{"delivery_id": d.ID.String()}), r.store.AddDelivery(ctx, d)
	})
}
