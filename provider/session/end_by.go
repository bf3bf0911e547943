package session

import (
	"context"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// methodStore ends the sessions that rest on a method.
type methodStore interface {
	// EndSessionsBy ends the sessions of a user in which one of the methods was given, but for one, as EndSession
	// does, and returns those that were not over. Grants by such a method end as well that outlive a session.
	EndSessionsBy(ctx context.Context, userID, but provider.ID, methods []string, at time.Time) ([]provider.ID, error)
}

// EndBy ends the sessions of a user that rest on a factor which was removed, by its authentication methods (RFC 8176),
// Remembered or Recovered,
// and what applications have by it, in the transaction that removes it: whoever has it must not go on. It spares the session in which the user acts;
// zero: none. The row of the user is locked, so that a session that begins meanwhile finds the user changed.
func EndBy(ctx context.Context, store methodStore, events publisher, userID, acting provider.ID, at time.Time, methods ...string) error {
	ended, err := store.EndSessionsBy(ctx, userID, acting, methods, at)
	if err != nil {
		return fmt.Errorf("session: end those by a factor: %w", err)
	}
	for _, id := range ended {
		events.Publish(ctx, event.SessionEnded{SessionID: id, UserID: userID})
	}
	return nil
}
