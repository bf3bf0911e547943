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
	AppendRecord(ctx context.Context, r audit.Record) error
}

// Outbox stores audit records and, in the same transaction, the events that follow from them: there
// is no act without its events, and no event of an act that was rolled back.
type Outbox struct {
	records appender
	store   outboxStore
	random  io.Reader
	enabled atomic.Pointer[[]Endpoint]
}

// NewOutbox makes an Outbox. Until Learn is called it reads the endpoints for each act.
func NewOutbox(records appender, store outboxStore, random io.Reader) *Outbox {
	return &Outbox{records: records, store: store, random: random}
}

// Learn reads the enabled endpoints: at the start of a server, and after a change.
func (o *Outbox) Learn(ctx context.Context) error {
	list, err := o.store.EnabledEndpoints(ctx)
	if err != nil {
		return fmt.Errorf("webhooks: %w", err)
	}
	o.enabled.Store(&list)
	return nil
}

// Forget makes the Outbox read the endpoints for each act until the next Learn: after a change in
// this process, so that the next act is sent to an endpoint that was just created.
func (o *Outbox) Forget() { o.enabled.Store(nil) }

// AppendRecord stores a record and its events.
func (o *Outbox) AppendRecord(ctx context.Context, r audit.Record) error {
	if err := o.records.AppendRecord(ctx, r); err != nil {
		return err
	}
	name := typeOf(r.Action)
	if name == "" {
		return nil
	}
	endpoints, err := o.endpoints(ctx)
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

func (o *Outbox) endpoints(ctx context.Context) ([]Endpoint, error) {
	if known := o.enabled.Load(); known != nil {
		return *known, nil
	}
	return o.store.EnabledEndpoints(ctx)
}
