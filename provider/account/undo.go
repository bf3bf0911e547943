package account

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// Undo gives a user the contact back that a change took away. Whoever made the change knows the password
// or has a session, so that ends with it: the user chooses another password through the contact. All else
// that is open for the user is closed, or an earlier change of the same attacker could be undone next. It
// returns verification.ErrCode or ErrClosed, or Wrong if another user has the contact by now.
func (s *SelfService) Undo(ctx context.Context, id provider.ID, code string) (*User, error) {
	v, err := s.codes.Check(ctx, id, code, verification.Undo)
	if err != nil {
		return nil, err
	}
	details, err := s.codes.Details(v)
	if err != nil {
		return nil, fmt.Errorf("account: undo %s: %w", v.ID, err)
	}
	var left former
	if err := json.Unmarshal(details, &left); err != nil {
		return nil, fmt.Errorf("account: undo %s: %w", v.ID, err)
	}
	var u *User
	err = s.act(ctx, audit.UserUndoContact, v.UserID, func(ctx context.Context) (audit.Changes, error) {
		if err := s.codes.Use(ctx, v); err != nil {
			return nil, err
		}
		if u, err = s.registry.store.LockUser(ctx, v.UserID); err != nil {
			return nil, closedIfGone(err)
		}
		before, was := u.clone(), u.record()
		if left.Purpose == verification.NewEmail {
			u.Email, u.EmailVerified = left.Address, left.Verified
		} else {
			u.Phone, u.PhoneVerified = left.Address, left.Verified
		}
		if err := s.stillFree(ctx, u, before, left.Purpose); err != nil {
			return nil, err
		}
		u.PasswordHash, u.UpdatedAt = "", s.registry.clock.Now(ctx)
		if err := s.codes.CloseAll(ctx, u.ID); err != nil {
			return nil, err
		}
		if err := s.registry.endSessions(ctx, u.ID, u.UpdatedAt); err != nil {
			return nil, err
		}
		return notEmpty(audit.Diff(was, u.record())), s.registry.store.UpdateUser(ctx, u)
	})
	return u, err
}
