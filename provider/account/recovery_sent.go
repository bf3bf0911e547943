package account

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// SendRecovery sends a user a message by which to choose another password, as if the user had asked for it: nobody
// else learns the password then. It goes to the email address or, without one, to the number that was proved. It
// returns ErrChannel when there is neither, or no way to send to it, notify.ErrTooMany, provider.ErrNotFound or
// audit.ErrForbidden.
func (s *SelfService) SendRecovery(ctx context.Context, actor audit.Actor, id provider.ID) error {
	return s.registry.gate.Do(ctx, actor, audit.UserSendRecovery, audit.OfUser(id), func(ctx context.Context) (audit.Changes, error) {
		u, err := s.registry.lock(ctx, actor, id)
		if err != nil {
			return nil, err
		}
		channel, address, err := s.whereRecoverable(ctx, u)
		if err != nil {
			return nil, err
		}
		v, err := s.codes.Open(ctx, verification.Verification{
			ID: s.codes.NewID(ctx), Purpose: verification.Recovery, Address: address, UserID: u.ID, Generation: u.Generation,
		}, nil)
		if err != nil {
			return nil, err
		}
		return audit.Details(map[string]any{"channel": string(channel)}), s.outbox.Add(ctx, notify.Message{
			Channel: channel, To: address, Kind: notify.ResetPassword, Locale: u.Profile.Locale, UserID: u.ID, Verification: v.ID,
			Data: notify.Data{Username: u.Username, Valid: v.Purpose.Lifetime()},
		})
	})
}

func (s *SelfService) whereRecoverable(ctx context.Context, u *User) (notify.Channel, string, error) {
	if !Recoverable(u, s.policy) {
		return "", "", ErrChannel
	}
	if u.Email != "" {
		return notify.Mail, u.Email, nil
	}
	// Of a number that several users have it is not known whose it is.
	owners, err := s.people.UsersByPhone(ctx, u.Phone)
	if err == nil && len(owners) != 1 {
		err = ErrChannel
	}
	return notify.SMS, u.Phone, err
}

// Recoverable tells whether a user has a contact to which a message can be sent by which to choose another password.
func Recoverable(u *User, p Policy) bool {
	switch {
	case u.Disabled:
		return false
	case u.Email != "":
		return p.Mail && faultOfEmail(u.Email) == nil
	default:
		return p.SMS && u.PhoneVerified
	}
}
