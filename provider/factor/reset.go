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

// Reset removes all factors of a user who has lost them, of every kind, with the recovery codes, ends all of
// the user's sessions and tells the user. A user without factors stays as they are. It returns
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
		if len(u.Factors) == 0 {
			return audit.Changes{}, nil
		}
		if err := r.store.RemoveFactors(ctx, user); err != nil {
			return nil, fmt.Errorf("factor: remove all factors: %w", err)
		}
		now := r.clock.Now(ctx)
		ended, err := r.store.EndSessions(ctx, user, now)
		if err != nil {
			return nil, fmt.Errorf("factor: end sessions: %w", err)
		}
		for _, id := range ended {
			r.events.Publish(ctx, event.SessionEnded{SessionID: id, UserID: user})
		}
		for _, kind := range u.Factors {
			r.events.Publish(ctx, event.FactorRemoved{UserID: user, Kind: kind})
		}
		return audit.Diff(map[string]any{"factors": slices.Clone(u.Factors)}, map[string]any{"factors": []string{}}),
			r.notices.Tell(ctx, u, notify.Message{Kind: notify.FactorsReset, Data: notify.Data{At: now}})
	})
}
