package account

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// endedSessions are the sessions that a change of a user ended.
type endedSessions struct {
	store Store
	user  provider.ID
	ids   []provider.ID
}

// of ends the sessions of a user whose row the transaction has locked: a session that begins
// concurrently waits for it, and then finds the user changed.
func (e *endedSessions) of(ctx context.Context, user provider.ID, at time.Time) (err error) {
	e.user = user
	e.ids, err = e.store.EndSessions(ctx, user, at)
	return err
}

// endingSessions runs change in a transaction and, once it is committed, publishes an event for each
// session that it ended.
func (r *Registry) endingSessions(ctx context.Context, change func(context.Context, *endedSessions) error) error {
	ended := &endedSessions{store: r.store}
	if err := r.tx.InTx(ctx, func(ctx context.Context) error { return change(ctx, ended) }); err != nil {
		return err
	}
	for _, id := range ended.ids {
		r.events.Publish(ctx, event.SessionEnded{SessionID: id, UserID: ended.user})
	}
	return nil
}
