package webhook

import (
	"context"
	"fmt"
	"io"
	"slices"
	"sync/atomic"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// outboxStore stores what is to be delivered. AddDelivery stores nothing for an endpoint that is
// deleted or disabled meanwhile.
type outboxStore interface {
	EnabledEndpoints(ctx context.Context) ([]Endpoint, error)
	AddDelivery(ctx context.Context, d Delivery) error
}

// appender stores audit records.
type appender interface {
	// AppendVersioned returns the version of the endpoints.
	AppendVersioned(ctx context.Context, r audit.Record) (int64, error)
}

// Outbox stores audit records and, in the same transaction, the events that follow from them: there
// is no act without its events, and no event of an act that was rolled back.
type Outbox struct {
	records appender
	store   outboxStore
	random  io.Reader
	known   atomic.Pointer[enabled]
}

// enabled are the enabled endpoints of a version, or of a later one.
type enabled struct {
	version   int64
	endpoints []Endpoint
}

// NewOutbox makes an Outbox.
func NewOutbox(records appender, store outboxStore, random io.Reader) *Outbox {
	return &Outbox{records: records, store: store, random: random}
}

// AppendRecord stores a record and its events.
func (o *Outbox) AppendRecord(ctx context.Context, r audit.Record) error {
	version, err := o.records.AppendVersioned(ctx, r)
	if err != nil {
		return err
	}
	name := typeOf(r.Action)
	if name == "" {
		return nil
	}
	endpoints, err := o.endpoints(ctx, version)
	if err != nil {
		return err
	}
	for _, e := range endpoints {
		if len(e.Types) > 0 && !slices.Contains(e.Types, name) {
			continue
		}
		text, err := body(r)
		if err != nil {
			return fmt.Errorf("webhooks: %s: %w", name, err)
		}
		d := Delivery{
			ID: provider.NewID(r.At, o.random), EventID: r.ID, EndpointID: e.ID, Type: name, Body: text,
			State: Pending, CreatedAt: r.At, NextAt: r.At,
		}
		if err := o.store.AddDelivery(ctx, d); err != nil {
			return fmt.Errorf("webhooks: store %s: %w", name, err)
		}
	}
	return nil
}

// endpoints are those that get events. They are read when their version is another one than at the
// last act, so that an endpoint gets all events from its creation on, whichever server made it.
func (o *Outbox) endpoints(ctx context.Context, version int64) ([]Endpoint, error) {
	if known := o.known.Load(); known != nil && known.version == version {
		return known.endpoints, nil
	}
	list, err := o.store.EnabledEndpoints(ctx)
	if err != nil {
		return nil, err
	}
	o.known.Store(&enabled{version, list})
	return list, nil
}
