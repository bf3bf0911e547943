package account

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// ChangeProfile replaces the profile of a user, who is authenticated. It returns Wrong.
func (s *SelfService) ChangeProfile(ctx context.Context, user provider.ID, p Profile) (u *User, err error) {
	err = s.act(ctx, audit.UserUpdate, user, func(ctx context.Context) (audit.Changes, error) {
		if u, err = s.registry.store.LockUser(ctx, user); err != nil {
			return nil, err
		}
		if p.Address != nil && *p.Address == (Address{}) {
			p.Address = nil
		}
		was := u.record()
		u.Profile = p
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
