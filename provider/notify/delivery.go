package notify

import (
	"context"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Delivery is how far the message of a verification is.
type Delivery struct {
	// State is Waiting, Sent or Failed; empty: the message is not kept any more.
	State State
	// Fault is a class of errors, such as timeout: that of the last attempt; empty: none failed.
	Fault string
}

// Deliveries are those of messages, by their verifications. Of each message the channel, address, kind and
// verification count.
func (o *Outbox) Deliveries(ctx context.Context, of []Message) (map[provider.ID]Delivery, error) {
	found := make(map[provider.ID]Delivery, len(of))
	if len(of) == 0 {
		return found, nil
	}
	keys, verifications := make([]string, len(of)), make([]provider.ID, len(of))
	for n := range of {
		keys[n], verifications[n] = of[n].key(), of[n].Verification
	}
	stored, err := o.store.MessagesTo(ctx, keys, verifications)
	if err != nil {
		return nil, fmt.Errorf("notify: read messages: %w", err)
	}
	for n := range stored {
		d := Delivery{stored[n].State, stored[n].Fault}
		if d.State == Dropped {
			d.State = Failed
		}
		found[stored[n].Verification] = d // the latest is the last
	}
	return found, nil
}
