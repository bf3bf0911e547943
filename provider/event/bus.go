package event

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Listener receives every event. It must be quick and safe for concurrent use.
type Listener func(ctx context.Context, e Event)

// Bus delivers events to listeners. The zero value, and a nil one, have none.
type Bus struct{ listeners []Listener }

// NewBus makes a Bus with its listeners, which are called in this order.
func NewBus(listeners ...Listener) *Bus { return &Bus{listeners: listeners} }

// Publish calls every listener once the surrounding transaction, if any, is committed; events of
// a transaction that is rolled back are dropped.
func (b *Bus) Publish(ctx context.Context, e Event) {
	if b == nil || len(b.listeners) == 0 {
		return
	}
	provider.AfterCommit(ctx, func() {
		for _, listen := range b.listeners {
			listen(ctx, e)
		}
	})
}
