package account

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// Undo gives a user the contacts back that changes of the last days took away: an attacker who changed one
// may have changed the other as well. Whoever made the change knows the password or has a session, so that
// ends with it: the user chooses another password through the contact. It returns verification.ErrCode or
// ErrClosed, or Wrong if another user has the contact by now.
func (s *SelfService) Undo(ctx context.Context, id provider.ID, code string) (*User, error) {
	v, err := s.codes.Check(ctx, id, code, verification.UndoEmail, verification.UndoPhone)
	if err != nil {
		return nil, err
	}
	var u, before *User
	err = s.act(ctx, audit.UserUndoContact, v.UserID, func(ctx context.Context) (audit.Changes, error) {
		var err error
		if u, err = s.lockedFor(ctx, v); err != nil {
			return nil, err
		}
		was := u.record()
		before = u.clone()
		if err := s.restore(ctx, u, v); err != nil {
			return nil, err
		}
		if err := s.stillFree(ctx, u, before); err != nil {
			return nil, err
		}
		u.PasswordHash, u.UpdatedAt = "", s.registry.clock.Now(ctx)
		if err := s.codes.CloseAll(ctx, u.ID); err != nil {
			return nil, err
		}
		if err := s.registry.endSessions(ctx, u.ID, u.UpdatedAt); err != nil {
			return nil, err
		}
		if err := s.registry.store.UpdateUser(ctx, u); err != nil {
			return nil, err
		}
		if err := s.provePhone(ctx, u, before); err != nil {
			return nil, err
		}
		return notEmpty(audit.Diff(was, u.record())), s.notices.lost(ctx, u, before)
	})
	if err != nil && before != nil {
		return nil, s.explained(ctx, err, u, before)
	}
	return u, err
}

// restore gives the user back what a verification is about, and the other contact that was there before the
// first change that is not undone.
func (s *SelfService) restore(ctx context.Context, u *User, v *verification.Verification) error {
	other := verification.UndoPhone
	if v.Purpose == verification.UndoPhone {
		other = verification.UndoEmail
	}
	recent, err := s.codes.Recent(ctx, u.ID, other)
	if err != nil {
		return err
	}
	undone := []*verification.Verification{v}
	if n := slices.IndexFunc(recent, func(one *verification.Verification) bool { return one.UsedAt == nil }); n >= 0 {
		undone = append(undone, recent[n])
	}
	for _, one := range undone {
		left, err := s.formerIn(one)
		if err != nil {
			return err
		}
		left.give(u)
	}
	return nil
}
