package event

import "context"

// Listener hears every event. It must be quick and safe for concurrent use.
type Listener func(ctx context.Context, e Event)

// Bus takes events to listeners. The zero value, and a nil one, have none.
type Bus struct{ listeners []Listener }

// NewBus makes a Bus with its listeners, which hear in this order.
func NewBus(listeners ...Listener) *Bus { return &Bus{listeners: listeners} }

// Publish tells every listener. The event has happened: it is committed.
func (b *Bus) Publish(ctx context.Context, e Event) {
	if b == nil {
		return
	}
	for _, listen := range b.listeners {
		listen(ctx, e)
	}
}
