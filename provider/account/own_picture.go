package account

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// ChangePicture gives a user, who is authenticated, the picture whose URL put returns; empty: none. Put stores it in
// the same transaction, which may run again.
func (s *SelfService) ChangePicture(ctx context.Context, user provider.ID, put func(ctx context.Context) (url string, err error)) (u *User, err error) {
	err = s.act(ctx, audit.UserUpdate, user, func(ctx context.Context) (audit.Changes, error) {
		if u, err = s.registry.store.LockUser(ctx, user); err != nil {
			return nil, err
		}
		was := u.record()
		if u.Profile.Picture, err = put(ctx); err != nil {
			return nil, err
		}
		if err := u.Profile.validate().orNil(); err != nil {
			return nil, err
		}
		changes := audit.Diff(was, u.record())
		if len(changes) == 0 {
			return changes, nil
		}
		u.UpdatedAt = s.registry.clock.Now(ctx)
		return changes, s.registry.store.UpdateUser(ctx, u)
	})
	return u, err
}
