package account

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// ErrLastContact is the kind of an Invalid: without the contact nothing is left by which the user could
// recover the account.
var ErrLastContact = errors.New("no other contact is left that is verified and can recover the account; confirm another one first")

// ErrLastFactor is the kind of an Invalid: the user must have a second factor, and the only one goes with the contact.
var ErrLastFactor = errors.New("codes to this address are the only second factor, and the account must have one; set up another one first")

// contactNeeds tells who must keep the email address for the second factor.
type contactNeeds interface {
	NeedsEmail(u *User) bool
}

// nothingNeeded is where no factor is demanded.
type nothingNeeded struct{}

// NeedsEmail is part of contactNeeds.
func (nothingNeeded) NeedsEmail(*User) bool { return false }

// KeepFactors has contacts stay that the last second factor of a user goes with. It comes before requests are served.
func (s *SelfService) KeepFactors(n contactNeeds) { s.needs = n }

// RemoveEmail takes the email address away from a user who has just proved to be the one, as for a change.
// The address gets a message with a link that undoes it. It returns Wrong, ErrSignIn when the user was
// changed meanwhile, or notify.ErrTooMany. An address that is not there is removed already.
func (s *SelfService) RemoveEmail(ctx context.Context, proved *User) (*User, error) {
	return s.removeContact(ctx, proved, verification.NewEmail)
}

// RemovePhone is RemoveEmail for the phone number.
func (s *SelfService) RemovePhone(ctx context.Context, proved *User) (*User, error) {
	return s.removeContact(ctx, proved, verification.NewPhone)
}

func (s *SelfService) removeContact(ctx context.Context, proved *User, change verification.Purpose) (u *User, err error) {
	err = s.act(ctx, audit.UserChangeContact, proved.ID, func(ctx context.Context) (audit.Changes, error) {
		// Locked: of two requests that remove one contact each, the second one finds that the first is gone.
		if u, err = s.registry.store.LockUser(ctx, proved.ID); err != nil {
			return nil, err
		}
		if u.Disabled || u.Generation != proved.Generation {
			return nil, ErrSignIn
		}
		was, left := u.record(), formerOf(u, change)
		if left.Address == "" {
			return audit.Changes{}, nil
		}
		if change == verification.NewEmail && s.needs.NeedsEmail(u) { // whoever knows the password could set up another one
			return nil, Wrong{invalid("email", ErrLastFactor, fault.LastFactor)}
		}
		former{Purpose: change}.give(u)
		if err := s.mayLack(ctx, u, change); err != nil {
			return nil, err
		}
		u.UpdatedAt = s.registry.clock.Now(ctx)
		if err := s.registry.store.UpdateUser(ctx, u); err != nil {
			return nil, err
		}
		return audit.Diff(was, u.record()), s.tellFormer(ctx, u, left)
	})
	return u, err
}

// mayLack refuses to remove a contact when the other one cannot recover the account.
func (s *SelfService) mayLack(ctx context.Context, u *User, change verification.Purpose) error {
	if change == verification.NewPhone {
		if !u.EmailVerified || !s.policy.Mail || faultOfEmail(u.Email) != nil {
			return Wrong{invalid("phone", ErrLastContact, fault.LastContact)}
		}
		return nil
	}
	if len(s.policy.Domains) > 0 { // as for a registration, a phone number alone is not enough
		return Wrong{&Invalid{"email", fault.New(fault.EmailNeeded), ErrDomain}}
	}
	if u.PhoneVerified && s.policy.SMS {
		owners, err := s.people.UsersByPhone(ctx, u.Phone)
		if err != nil {
			return err
		}
		if len(owners) == 1 { // of a number that several users have it is not known whose account it recovers
			return nil
		}
	}
	return Wrong{invalid("email", ErrLastContact, fault.LastContact)}
}
