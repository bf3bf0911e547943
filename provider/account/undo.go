package account

import (
	"context"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// Undo takes an account back to before the change that a link undoes. The user gets the contacts back that changes
// of the last days took away: an attacker who changed one may have changed the other as well. The second factors
// and recovery codes that were set up since then go, as they would keep the user out; those that were removed do
// not come back, but for codes by mail, which end by themselves with another factor or the address. Whoever made the
// change knows the password or has a session, so that ends with it: the user chooses another password through the
// contact. An account that is to be deleted is kept, whoever asked for that and when: the thief may have, and a user may
// keep the account in any case, and ask again. Every verified contact is told. Undo returns verification.ErrCode or
// ErrClosed, or Wrong if another user has a contact by now.
func (s *SelfService) Undo(ctx context.Context, id provider.ID, code string) (*User, error) {
	v, err := s.codes.Check(ctx, id, code, verification.UndoEmail, verification.UndoPhone, verification.UndoFactor)
	if err != nil {
		return nil, err
	}
	action := audit.UserUndoContact
	if v.Purpose == verification.UndoFactor {
		action = audit.UserUndoFactor
	}
	var u, before *User
	err = s.act(ctx, action, v.UserID, func(ctx context.Context) (audit.Changes, error) {
		var err error
		if u, err = s.lockedFor(ctx, v); err != nil {
			return nil, err
		}
		was := u.record()
		before = u.clone()
		since, err := s.restore(ctx, u, v)
		if err != nil {
			return nil, err
		}
		if err := s.stillFree(ctx, u, before); err != nil {
			return nil, err
		}
		removed, restored, err := s.leave(ctx, u, since)
		if err != nil {
			return nil, err
		}
		if err := s.provePhone(ctx, u, before); err != nil {
			return nil, err
		}
		after := u.record()
		if len(removed) > 0 {
			after["removed_factors"] = removed
		}
		if len(restored) > 0 {
			after["restored_factors"] = restored
		}
		if err := s.notices.lost(ctx, u, before); err != nil {
			return nil, err
		}
		return notEmpty(audit.Diff(was, after)), s.notices.undone(ctx, u, v.Address)
	})
	if err != nil && before != nil {
		return nil, s.explained(ctx, err, u, before)
	}
	return u, err
}

// restore gives the user back what a verification is about, and each contact that was there before the first
// change that is not undone. It returns the time to which the account goes back: that of the first change that is
// undone.
func (s *SelfService) restore(ctx context.Context, u *User, v *verification.Verification) (since time.Time, err error) {
	undone := []*verification.Verification{v}
	for _, purpose := range []verification.Purpose{verification.UndoEmail, verification.UndoPhone} {
		if purpose == v.Purpose {
			continue
		}
		recent, err := s.codes.Recent(ctx, u.ID, purpose)
		if err != nil {
			return since, err
		}
		if n := slices.IndexFunc(recent, func(one *verification.Verification) bool { return one.UsedAt == nil }); n >= 0 {
			undone = append(undone, recent[n])
		}
	}
	since = v.CreatedAt
	for _, one := range undone {
		if one.CreatedAt.Before(since) {
			since = one.CreatedAt
		}
		if one.Purpose == verification.UndoFactor {
			continue
		}
		left, err := s.notices.formerIn(one)
		if err != nil {
			return since, err
		}
		left.give(u)
	}
	return since.Add(-clocks), nil
}

// clocks is by how much those of two servers may differ: who makes two changes at once, on two servers, must not
// have the later one look like the earlier.
const clocks = time.Second

// leave ends what there is of the time that is undone, but for the contacts, and stores the user. It returns the
// kinds of the factors that it removed and gave back.
func (s *SelfService) leave(ctx context.Context, u *User, since time.Time) (removed, restored []string, err error) {
	u.PasswordHash, u.UpdatedAt = "", s.registry.clock.Now(ctx)
	if err := s.codes.CloseUndone(ctx, u.ID, since); err != nil {
		return nil, nil, err
	}
	if err := s.registry.endSessions(ctx, u.ID, u.UpdatedAt); err != nil {
		return nil, nil, err
	}
	// With the password that is also done, but a user with a passkey need not have one.
	if err := s.registry.store.EndAccess(ctx, u.ID, u.UpdatedAt); err != nil {
		return nil, nil, err
	}
	if err := s.registry.store.UpdateUser(ctx, u); err != nil {
		return nil, nil, err
	}
	if err := s.act(ctx, audit.UserKeep, u.ID, func(ctx context.Context) (audit.Changes, error) { return s.registry.keep(ctx, u) }); err != nil {
		return nil, nil, err
	}
	if removed, restored, err = s.registry.store.FactorsBefore(ctx, u.ID, since); err != nil {
		return nil, nil, err
	}
	for _, kind := range removed {
		s.registry.events.Publish(ctx, event.FactorRemoved{UserID: u.ID, Kind: kind})
	}
	for _, kind := range restored {
		s.registry.events.Publish(ctx, event.FactorAdded{UserID: u.ID, Kind: kind})
	}
	now, err := s.registry.store.User(ctx, u.ID)
	if err != nil {
		return nil, nil, err
	}
	u.Factors, u.Generation = now.Factors, now.Generation
	return removed, restored, nil
}
