package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// Resend sends the code of an application again: the same one. It returns verification.ErrClosed for an
// id that is unknown or confirmed, notify.ErrTooMany, and what Register returns when people may not register
// any more.
func (s *SelfService) Resend(ctx context.Context, id provider.ID) error {
	v, a, err := s.applicant(ctx, id)
	if err == nil {
		err = s.stillAdmits(a)
	}
	if err != nil {
		return err
	}
	channel, address := contact(&User{Email: a.Email, Phone: a.Phone})
	m := notify.Message{Channel: channel, To: address, Kind: notify.ConfirmRegistration, Locale: a.Locale, Verification: v.ID, Data: notify.Data{Username: a.Username, Valid: v.ExpiresAt.Sub(s.registry.clock.Now(ctx))}, Silent: a.Taken}
	return s.tx.InTx(ctx, func(ctx context.Context) error { return s.outbox.Add(ctx, m) })
}

// Opened returns what is open under an id, so that a page can say what is asked; verification.ErrClosed:
// nothing is.
func (s *SelfService) Opened(ctx context.Context, id provider.ID) (*verification.Verification, error) {
	return s.codes.Find(ctx, id, verification.Registration, verification.Recovery, verification.NewEmail, verification.NewPhone, verification.UndoEmail, verification.UndoPhone, verification.UndoFactor)
}

// Confirmed tells whether a registration was confirmed, and its user exists. That is for the browser in which
// it was begun alone.
func (s *SelfService) Confirmed(ctx context.Context, id provider.ID) (bool, error) {
	_, err := s.registry.store.User(ctx, id)
	if errors.Is(err, provider.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (s *SelfService) applicant(ctx context.Context, id provider.ID) (*verification.Verification, applicant, error) {
	v, err := s.codes.Find(ctx, id, verification.Registration)
	if err != nil {
		return nil, applicant{}, err
	}
	a, err := s.opened(v)
	return v, a, err
}

func (s *SelfService) opened(v *verification.Verification) (a applicant, err error) {
	details, err := s.codes.Details(v)
	if err == nil {
		err = json.Unmarshal(details, &a)
	}
	if err != nil {
		return applicant{}, fmt.Errorf("account: application %s: %w", v.ID, err)
	}
	return a, nil
}

// Confirm makes a user of an application whose code is right. The contact to which it went is verified.
// It returns verification.ErrCode or ErrClosed, and Wrong if another user has the name by now.
func (s *SelfService) Confirm(ctx context.Context, id provider.ID, code string) (*User, error) {
	v, err := s.codes.Check(ctx, id, code, verification.Registration)
	if err != nil {
		return nil, err
	}
	return s.activate(ctx, v)
}

// ConfirmWithPassword is Confirm for a browser in which nobody registered: who follows the link of a
// message may not be who chose the password. Otherwise an attacker could register with the address of
// another person, who then confirms an account of which the attacker has the password. Wrong passwords are
// counted as at a sign-in: whoever got the code of another person, with a mistyped address, could guess. It
// returns what Confirm does, ErrSignIn, or *Throttled. Prefix is as in an Attempt.
func (s *SelfService) ConfirmWithPassword(ctx context.Context, id provider.ID, code, password, prefix string) (*User, error) {
	v, err := s.codes.Check(ctx, id, code, verification.Registration)
	if err != nil {
		return nil, err
	}
	a, err := s.opened(v)
	if err != nil {
		return nil, err
	}
	try := Try{Account: id.String(), Prefix: prefix}
	if err := s.passwords.Take(ctx, try); err != nil {
		return nil, err
	}
	for _, spelling := range spellings(password) {
		ok, err := s.registry.hasher.Verify(ctx, a.Hash, spelling)
		if err != nil {
			return nil, fmt.Errorf("account: %w", err)
		}
		if ok {
			s.passwords.Return(ctx, try)
			return s.activate(ctx, v)
		}
	}
	return nil, ErrSignIn
}

func (s *SelfService) activate(ctx context.Context, v *verification.Verification) (*User, error) {
	a, err := s.opened(v)
	if err != nil {
		return nil, err
	}
	if a.Taken { // the code was sent to nobody
		return nil, verification.ErrClosed
	}
	if err := s.stillAdmits(a); err != nil {
		return nil, err
	}
	u := &User{Username: a.Username, Email: a.Email, Phone: a.Phone, PasswordHash: a.Hash, Profile: a.Profile}
	if u.Profile.Locale == "" && faultOfLocale(a.Locale) == nil { // messages go on in the language of the registration
		u.Profile.Locale = a.Locale
	}
	u.EmailVerified, u.PhoneVerified = a.Email != "", a.Email == ""
	if a.Derived {
		return s.createNamed(ctx, v, u)
	}
	return s.create(ctx, v, u)
}

// stillAdmits refuses who registered before the operator allowed that to fewer people.
func (s *SelfService) stillAdmits(a applicant) error {
	if err := s.policy.refusal(); err != nil {
		return err
	}
	return s.policy.admits(a.Email, a.Phone).orNil()
}

// create makes the user to whom a verification leads. The id is that of the verification.
func (s *SelfService) create(ctx context.Context, v *verification.Verification, u *User) (*User, error) {
	err := s.tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.codes.Use(ctx, v); err != nil {
			return err
		}
		// Another user may have the name or the contact by now. Beside an email address nothing proves the
		// phone number, and it stays.
		if err := s.stillFree(ctx, u, &User{}); err != nil {
			return err
		}
		if err := s.redeem(ctx, v, u); err != nil {
			return err
		}
		now := s.registry.clock.Now(ctx)
		u.ID, u.Subject, u.CreatedAt, u.UpdatedAt = v.ID, provider.RandomID(s.registry.random).String(), now, now
		return s.registry.gate.Record(ctx, audit.Self(ctx, u.ID), audit.UserRegister, audit.OfUser(u.ID), func(ctx context.Context) (audit.Changes, error) {
			if err := s.registry.store.CreateUser(ctx, u); err != nil {
				return nil, err
			}
			return audit.Diff(nil, u.record()), s.provePhone(ctx, u, &User{})
		})
	})
	if err != nil {
		return nil, s.explained(ctx, err, u, &User{})
	}
	return u, nil
}
