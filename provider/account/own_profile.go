package account

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// ChangeProfile changes the profile of a user, who is authenticated. What become leaves as it is stays, such as a
// picture that comes from elsewhere at the same time; it may run again. It returns Wrong.
func (s *SelfService) ChangeProfile(ctx context.Context, user provider.ID, become func(p *Profile)) (u *User, err error) {
	err = s.act(ctx, audit.UserUpdate, user, func(ctx context.Context) (audit.Changes, error) {
		if u, err = s.registry.store.LockUser(ctx, user); err != nil {
			return nil, err
		}
		was := u.record()
		become(&u.Profile)
		if a := u.Profile.Address; a != nil && *a == (Address{}) {
			u.Profile.Address = nil
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
