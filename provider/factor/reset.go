package factor

import (
	"context"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// Reset removes all factors of a user who has lost them, of every kind, with the recovery codes, ends all of the
// user's sessions and the access of all applications, and tells the user. A user without factors stays as they are. It returns
// provider.ErrNotFound or audit.ErrForbidden.
func (r *Registry) Reset(ctx context.Context, actor audit.Actor, user provider.ID) error {
	return r.gate.Do(ctx, actor, audit.FactorReset, audit.OfUser(user), func(ctx context.Context) (audit.Changes, error) {
		u, err := r.store.LockUser(ctx, user)
		if err != nil {
			return nil, fmt.Errorf("factor: lock a user: %w", err)
		}
		// Whoever may not change an administrator must not leave the account with a password alone.
		if err := account.MayManage(actor, u); err != nil {
			return nil, err
		}
		removed, err := r.store.RemoveFactors(ctx, user)
		if err != nil {
			return nil, fmt.Errorf("factor: remove all factors: %w", err)
		}
		if len(removed) == 0 {
			return audit.Changes{}, nil
		}
		now := r.clock.Now(ctx)
		// What an application got by a factor that a thief has must not go on, either.
		if err := r.store.EndAccess(ctx, user, now); err != nil {
			return nil, fmt.Errorf("factor: end the access of applications: %w", err)
		}
		ended, err := r.store.EndSessions(ctx, user, now)
		if err != nil {
			return nil, fmt.Errorf("factor: end sessions: %w", err)
		}
		for _, id := range ended {
			r.events.Publish(ctx, event.SessionEnded{SessionID: id, UserID: user})
		}
		for _, kind := range removed {
			r.events.Publish(ctx, event.FactorRemoved{UserID: user, Kind: kind})
		}
		return audit.Diff(map[string]any{"factors": slices.Compact(removed)}, map[string]any{"factors": []string{}}),
			r.notices.Tell(ctx, u, notify.Message{Kind: notify.FactorsReset, Data: notify.Data{At: now}})
	})
}
