package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// former is a contact that a change took away; an empty address: there was none.
type former struct {
	Purpose  verification.Purpose `json:"purpose"`
	Address  string               `json:"address"`
	Verified bool                 `json:"verified"`
}

// formerOf is the contact of a user that a change is about.
func formerOf(u *User, change verification.Purpose) former {
	if change == verification.NewEmail {
		return former{change, u.Email, u.EmailVerified}
	}
	return former{change, u.Phone, u.PhoneVerified}
}

// give gives a user the contact.
func (f former) give(u *User) {
	if f.Purpose == verification.NewEmail {
		u.Email, u.EmailVerified = f.Address, f.Verified
	} else {
		u.Phone, u.PhoneVerified = f.Address, f.Verified
	}
}

// undoes is the purpose of undoing a change.
func undoes(change verification.Purpose) verification.Purpose {
	if change == verification.NewEmail {
		return verification.UndoEmail
	}
	return verification.UndoPhone
}

// tellFormer sends the link that undoes a change to the former contact or, where there was none that is
// known to be the user's and can get messages, to the other one.
//
// A contact that was itself new within the time of such a link gets none: it may be that of an attacker,
// whose link would take the account from the owner again. The first link gives back what there was before.
func (s *SelfService) tellFormer(ctx context.Context, u *User, left former) error {
	m := notify.Message{Kind: notify.ContactChanged, UserID: u.ID, Locale: u.Profile.Locale, Data: notify.Data{
		Username: u.Username, Address: contactFor(u, left.Purpose), At: u.UpdatedAt, Valid: undoes(left.Purpose).Lifetime(),
	}}
	if m.Data.Address == "" {
		m.Data.Removed = left.Address
	}
	m.Channel, m.To = channelFor(left.Purpose), left.Address
	undo := undoes(left.Purpose) // of a change of the contact that is told
	if !left.Verified || !s.policy.sends(m.Channel) {
		m.Channel, m.To, undo = otherContact(u, left.Purpose)
	}
	again, err := s.codes.Recent(ctx, u.ID, undoes(left.Purpose))
	if err != nil {
		return err
	}
	if !again {
		v, err := s.openUndo(ctx, u, left, m.To)
		if err != nil {
			return err
		}
		m.Verification = v.ID
	}
	if undo != undoes(left.Purpose) {
		recent, err := s.codes.Recent(ctx, u.ID, undo)
		if err != nil {
			return err
		}
		if recent {
			m.Verification = provider.ID{}
		}
	}
	if m.Verification.IsZero() {
		m.Kind, m.Data.Valid = notify.ContactChangedAgain, 0
	}
	if m.To == "" || !s.policy.sends(m.Channel) {
		return nil
	}
	if err := s.outbox.Add(ctx, m); !errors.Is(err, notify.ErrAddress) { // of an older version, which nobody can reach
		return err // without the message there is no change
	}
	return nil
}

// openUndo opens what gives the former contact back, by a link or together with the other contact.
func (s *SelfService) openUndo(ctx context.Context, u *User, left former, to string) (*verification.Verification, error) {
	details, err := json.Marshal(left)
	if err != nil {
		return nil, fmt.Errorf("account: %w", err)
	}
	return s.codes.Open(ctx, verification.Verification{Purpose: undoes(left.Purpose), UserID: u.ID, Generation: u.Generation, Address: to}, details)
}

// otherContact is the verified contact of a user that a change is not about, with the purpose of undoing a
// change of it; an empty address: there is none.
func otherContact(u *User, change verification.Purpose) (by notify.Channel, to string, undo verification.Purpose) {
	switch {
	case change == verification.NewPhone && u.EmailVerified:
		return notify.Mail, u.Email, verification.UndoEmail
	case change == verification.NewEmail && u.PhoneVerified:
		return notify.SMS, u.Phone, verification.UndoPhone
	default:
		return notify.Mail, "", verification.UndoEmail
	}
}
