package account

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// endSessions ends the sessions of a user whose row the transaction has locked: a session that
// begins concurrently waits for it, and then finds the user changed.
func (r *Registry) endSessions(ctx context.Context, user provider.ID, at time.Time) error {
	ended, err := r.store.EndSessions(ctx, user, at)
	for _, id := range ended {
		r.events.Publish(ctx, event.SessionEnded{SessionID: id, UserID: user})
	}
	return err
}
