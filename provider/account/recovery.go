package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// Forgotten is a request of a person who forgot the password.
type Forgotten struct {
	// Contact is an email address, a phone number, or a user name.
	Contact string
	// Locale is the language of the message (BCP 47); empty: that of the profile.
	Locale string
	// Prefix is the IP address prefix of the request, as limits count addresses.
	Prefix string
}

// recoveries limits the requests from one prefix for one account. Take returns *Throttled.
type recoveries interface {
	Take(ctx context.Context, t Try) error
}

// Forgot sends a code for another password to the contact that is named: an email address, a phone number
// that is verified, or a user name, which stands for the user's email address or, without one, the number. It returns the id of the
// recovery. Nobody learns from the answer or its time whether there is such a
// user: the same rows are written in any case.
//
// From each address prefix there are fewer messages to a contact than the contact may get: nobody can use up
// what the owner needs. Above that the answer is as always, too, and nothing is sent.
func (s *SelfService) Forgot(ctx context.Context, f Forgotten) (provider.ID, error) {
	u, channel, address, err := s.recoverable(ctx, f.Contact)
	if err != nil {
		return provider.ID{}, err
	}
	tooMany, err := s.tooMany(ctx, f, u)
	if err != nil {
		return provider.ID{}, err
	}
	v := verification.Verification{Purpose: verification.Recovery, Address: address}
	m := notify.Message{Channel: channel, To: address, Kind: notify.ResetPassword, Locale: f.Locale, Silent: u == nil, Data: notify.Data{Valid: v.Purpose.Lifetime()}}
	if u != nil {
		v.UserID, v.Generation, m.UserID, m.Data.Username = u.ID, u.Generation, u.ID, u.Username
		if m.Locale == "" {
			m.Locale = u.Profile.Locale
		}
	}
	v.ID = s.codes.NewID(ctx)
	m.Verification = v.ID
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		opened := v
		var err error
		if tooMany {
			err = notify.ErrTooMany
		} else {
			err = s.outbox.Add(ctx, m)
		}
		switch {
		case errors.Is(err, notify.ErrTooMany):
			// Nothing is sent, and the answer is as always: a refusal would tell whether a user name and an
			// address belong together. The code opens nothing, or each request would be five more guesses.
			opened.UserID = provider.ID{}
		case err != nil:
			return err
		}
		_, err = s.codes.Open(ctx, opened, nil)
		return err
	})
	return v.ID, err
}

// tooMany counts a request by the user whom it is about, or by the name that nobody has.
func (s *SelfService) tooMany(ctx context.Context, f Forgotten, u *User) (bool, error) {
	try := Try{Account: countedLogin(f.Contact), Prefix: f.Prefix}
	if u != nil {
		try.Account = u.ID.String()
	}
	err := s.recoveries.Take(ctx, try)
	var throttled *Throttled
	if errors.As(err, &throttled) {
		return true, nil
	}
	return false, err
}

// recoverable finds the user and where the code goes; nil: there is none, or none who may recover.
func (s *SelfService) recoverable(ctx context.Context, named string) (*User, notify.Channel, string, error) {
	named = strings.TrimSpace(named)
	if number := phoneOf(named); number != "" {
		named = number
		owners, err := s.people.UsersByPhone(ctx, named)
		// Of a number that several users have it is not known whose it is.
		if err != nil || len(owners) != 1 || owners[0].Disabled || !s.policy.SMS {
			return nil, notify.SMS, named, err
		}
		return owners[0], notify.SMS, named, nil
	}
	address, fault := emailOf(named)
	if address == "" || fault != nil {
		address = nobody(named)
	}
	u, err := s.people.UserByLogin(ctx, LoginForms(named)...)
	if err != nil && !errors.Is(err, provider.ErrNotFound) {
		return nil, "", "", err
	}
	known, number := err == nil && !u.Disabled, ""
	if known && u.Email == "" && u.PhoneVerified && s.policy.SMS {
		number = u.Phone
	}
	// It is looked up for every name, also when there is none: the time would tell who has a number alone.
	owners, err := s.people.UsersByPhone(ctx, number)
	switch {
	case err != nil:
		return nil, "", "", err
	case len(owners) == 1:
		return u, notify.SMS, number, nil
	case !known || u.Email == "" || !s.policy.Mail || faultOfEmail(u.Email) != nil: // of an older version
		return nil, notify.Mail, address, nil
	}
	return u, notify.Mail, u.Email, nil
}

// nobody is an address that no mail is sent to: messages to a name that nobody has are counted like others.
func nobody(named string) string {
	digest := sha256.Sum256([]byte(Canonical(named[:min(len(named), maxName)])))
	return hex.EncodeToString(digest[:16]) + "@invalid.invalid"
}

// Reset gives the user of a recovery another password and ends what was open before: sessions, grants and
// other recoveries. The contact to which the code went is verified by it, and attempts at codes of second factors that
// somebody used up are given back. It returns verification.ErrCode,
// verification.ErrClosed or *Invalid.
func (s *SelfService) Reset(ctx context.Context, id provider.ID, code, password string) (*User, error) {
	if _, fault := passwordOf(&User{}, password); fault != nil { // before a code is tried for it
		return nil, fault
	}
	v, err := s.codes.Check(ctx, id, code, verification.Recovery)
	if err != nil {
		return nil, err
	}
	if v.UserID.IsZero() { // the code was sent to nobody
		return nil, verification.ErrClosed
	}
	known, err := s.registry.store.User(ctx, v.UserID)
	if err != nil {
		return nil, closedIfGone(err)
	}
	hash, err := s.newHash(ctx, known, password)
	if err != nil {
		return nil, err
	}
	var u *User
	err = s.act(ctx, audit.UserRecover, v.UserID, func(ctx context.Context) (audit.Changes, error) {
		if u, err = s.using(ctx, v); err != nil {
			return nil, err
		}
		was := u.record()
		switch v.Address {
		case u.Email:
			u.EmailVerified = true
		case u.Phone:
			if !u.PhoneVerified { // an administrator doubts it, and another user may have proved it since
				return nil, verification.ErrClosed
			}
		default: // the contact is another one by now, and whoever has the former one may not be the user
			return nil, verification.ErrClosed
		}
		if err := s.replacePassword(ctx, u, hash); err != nil {
			return nil, err
		}
		provider.AfterCommit(ctx, func() { s.renewals.Renew(context.WithoutCancel(ctx), u.ID.String()) })
		return notEmpty(audit.Diff(was, u.record())), nil
	})
	return u, err
}

// using locks the user of a verification, who must be as when it was opened, and marks it as used.
func (s *SelfService) using(ctx context.Context, v *verification.Verification) (*User, error) {
	u, err := s.lockedFor(ctx, v)
	if err == nil && u.Generation != v.Generation {
		err = verification.ErrClosed
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}

// lockedFor locks the user of a verification and then the verification, by using it. Whoever changes a user
// locks both in that order: the other way round two of them would wait for each other.
func (s *SelfService) lockedFor(ctx context.Context, v *verification.Verification) (*User, error) {
	u, err := s.registry.store.LockUser(ctx, v.UserID)
	if err != nil {
		return nil, closedIfGone(err)
	}
	if err := s.codes.Use(ctx, v); err != nil {
		return nil, err
	}
	if u.Disabled {
		return nil, verification.ErrClosed
	}
	return u, nil
}

// replacePassword ends all sessions and grants of the user, whom the transaction has locked, and tells
// the user.
func (s *SelfService) replacePassword(ctx context.Context, u *User, hash string) error {
	u.PasswordHash, u.UpdatedAt = hash, s.registry.clock.Now(ctx)
	if err := s.registry.endSessions(ctx, u.ID, u.UpdatedAt); err != nil {
		return err
	}
	if err := s.registry.store.UpdateUser(ctx, u); err != nil {
		return err
	}
	return s.notices.tell(ctx, u, notify.Message{Kind: notify.PasswordChanged, Data: notify.Data{At: u.UpdatedAt}.SeenFrom(ctx)})
}

// act records what a user does for the own account.
func (s *SelfService) act(ctx context.Context, action audit.Action, user provider.ID, act func(ctx context.Context) (audit.Changes, error)) error {
	return s.registry.gate.Record(ctx, audit.Self(ctx, user), action, audit.OfUser(user), act)
}

// notEmpty makes an act that changed a secret only one that is recorded: of empty changes there is no
// record.
func notEmpty(c audit.Changes) audit.Changes {
	if len(c) == 0 {
		return nil
	}
	return c
}

func closedIfGone(err error) error {
	if errors.Is(err, provider.ErrNotFound) {
		return verification.ErrClosed
	}
	return err
}
