package account

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// ChangePassword gives a user who has just proved the present password another one. Sessions and grants
// end. It returns *Invalid, or ErrSignIn when the user was changed meanwhile.
func (s *SelfService) ChangePassword(ctx context.Context, proved *User, password string) (*User, error) {
	hash, err := s.newHash(ctx, proved, password)
	if err != nil {
		return nil, err
	}
	var u *User
	err = s.act(ctx, audit.UserChangePassword, proved.ID, func(ctx context.Context) (audit.Changes, error) {
		if u, err = s.registry.store.LockUser(ctx, proved.ID); err != nil {
			return nil, err
		}
		if u.Disabled || u.Generation != proved.Generation {
			return nil, ErrSignIn
		}
		return nil, s.replacePassword(ctx, u, hash)
	})
	return u, err
}

// newHash is the hash of a password that a user chose. It returns *Invalid.
func (s *SelfService) newHash(ctx context.Context, u *User, password string) (string, error) {
	canonical, fault := passwordOf(u, password)
	if fault != nil {
		return "", fault
	}
	return s.registry.hash(ctx, canonical)
}
