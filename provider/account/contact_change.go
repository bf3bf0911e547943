package account

import (
	"cmp"
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// RequestEmail begins to change the email address of a user, who is authenticated: a code goes to the new
// one. It returns the id of the verification, *Invalid, or notify.ErrTooMany.
func (s *SelfService) RequestEmail(ctx context.Context, user provider.ID, address, locale string) (provider.ID, error) {
	return s.requestContact(ctx, user, locale, verification.NewEmail, func(u *User) { u.SetEmail(address) })
}

// RequestPhone is RequestEmail for a phone number.
func (s *SelfService) RequestPhone(ctx context.Context, user provider.ID, number, locale string) (provider.ID, error) {
	return s.requestContact(ctx, user, locale, verification.NewPhone, func(u *User) { u.SetPhone(number) })
}

func (s *SelfService) requestContact(ctx context.Context, user provider.ID, locale string, purpose verification.Purpose, set func(u *User)) (provider.ID, error) {
	before, err := s.registry.store.User(ctx, user)
	if err != nil {
		return provider.ID{}, err
	}
	u := before.clone()
	set(u)
	taken, wrong, err := s.checkContact(ctx, u, before, purpose)
	if here := formerOf(before, purpose); here.Verified && here.Address == contactFor(u, purpose) {
		wrong.add(invalid(claimOf(purpose), ErrUnchanged, fault.Unchanged)) // its undo link would void the password for nothing
	}
	if err == nil {
		err = wrong.orNil()
	}
	if err != nil {
		return provider.ID{}, err
	}
	v := verification.Verification{Purpose: purpose, UserID: u.ID, Generation: u.Generation, Address: contactFor(u, purpose)}
	m := notify.Message{Channel: channelFor(purpose), To: v.Address, Kind: notify.ConfirmContact, UserID: u.ID, Asked: true, Locale: cmp.Or(locale, u.Profile.Locale), Data: notify.Data{Username: u.Username, Valid: purpose.Lifetime()}}
	var id provider.ID
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		opened, err := s.codes.Open(ctx, v, nil)
		if err != nil {
			return err
		}
		id = opened.ID
		if m.Verification = opened.ID; taken != nil {
			tellOwner(&m, taken)
			m.UserID = u.ID // it uses up the room of who asked, or many would tell who has which number
		}
		return s.outbox.Add(ctx, m)
	})
	return id, err
}

// checkContact finds what is wrong with the contact of a user that is to be changed. Taken is another user
// who has it, where the user is not told.
func (s *SelfService) checkContact(ctx context.Context, u, before *User, purpose verification.Purpose) (taken *User, wrong Wrong, err error) {
	if wrong, err = s.registry.wrong(ctx, u, before); err != nil {
		return nil, nil, err
	}
	if purpose == verification.NewEmail {
		switch {
		case u.Email == "":
			wrong.add(invalid("email", ErrEmail, fault.Email))
		case !s.policy.mayHave(u.Email):
			wrong.add(invalid("email", ErrDomain, fault.Domain))
		case !s.policy.Mail:
			wrong.add(invalid("email", ErrChannel, fault.Channel))
		case s.policy.Private && errors.Is(wrong, ErrEmailTaken):
			taken, err = s.emailOwner(ctx, u.Email)
			return taken, nil, err
		}
		return nil, wrong, nil
	}
	owner, err := s.phoneOwner(ctx, u.Phone)
	switch {
	case err != nil:
		return nil, nil, err
	case u.Phone == "":
		wrong.add(invalid("phone", ErrPhone, fault.Phone))
	case !s.policy.SMS:
		wrong.add(invalid("phone", ErrChannel, fault.Channel))
	case owner == nil || owner.ID == u.ID:
	case s.policy.Private:
		taken = owner
	default:
		wrong.add(invalid("phone", ErrPhoneTaken, fault.PhoneTaken))
	}
	return taken, wrong, nil
}

func contactFor(u *User, purpose verification.Purpose) string {
	if purpose == verification.NewEmail {
		return u.Email
	}
	return u.Phone
}

func claimOf(purpose verification.Purpose) string {
	if purpose == verification.NewEmail {
		return "email"
	}
	return "phone"
}

func channelFor(purpose verification.Purpose) notify.Channel {
	if purpose == verification.NewEmail {
		return notify.Mail
	}
	return notify.SMS
}

// ConfirmContact gives a user, who is authenticated, the new contact whose code is right; the id may be
// zero: the change that was requested last. The former contact gets a message with a link that undoes the
// change. It returns verification.ErrCode or ErrClosed, notify.ErrTooMany, or Wrong if another user has the contact by now.
func (s *SelfService) ConfirmContact(ctx context.Context, user, id provider.ID, code string) (*User, error) {
	purposes := []verification.Purpose{verification.NewEmail, verification.NewPhone}
	if id.IsZero() {
		newest, err := s.codes.Newest(ctx, user, purposes...)
		if err != nil {
			return nil, err
		}
		id = newest.ID
	}
	open, err := s.codes.Find(ctx, id, purposes...)
	if err != nil {
		return nil, err
	}
	if open.UserID != user {
		return nil, verification.ErrClosed
	}
	// The address that was wanted last is the one: an older message may be to one that was mistyped.
	if recent, err := s.codes.Recent(ctx, user, open.Purpose); err != nil || recent[len(recent)-1].ID != id {
		return nil, cmp.Or(err, verification.ErrClosed)
	}
	v, err := s.codes.Check(ctx, id, code, purposes...)
	if err != nil {
		return nil, err
	}
	var u, before *User
	err = s.act(ctx, audit.UserChangeContact, user, func(ctx context.Context) (audit.Changes, error) {
		if u, err = s.using(ctx, v); err != nil {
			return nil, err
		}
		was := u.record()
		before = u.clone()
		left := formerOf(u, v.Purpose)
		former{Purpose: v.Purpose, Address: v.Address, Verified: true}.give(u)
		if err := s.stillFree(ctx, u, before); err != nil {
			return nil, err
		}
		u.UpdatedAt = s.registry.clock.Now(ctx)
		if err := s.registry.store.UpdateUser(ctx, u); err != nil {
			return nil, err
		}
		if err := s.provePhone(ctx, u, before); err != nil {
			return nil, err
		}
		return audit.Diff(was, u.record()), s.tellFormer(ctx, u, left)
	})
	if err != nil && before != nil {
		return nil, s.explained(ctx, err, u, before)
	}
	return u, err
}
