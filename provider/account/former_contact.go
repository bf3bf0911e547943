package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/origin"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// former is a contact that a change took away; an empty address: there was none.
type former struct {
	Purpose  verification.Purpose `json:"purpose"`
	Address  string               `json:"address"`
	Verified bool                 `json:"verified"`
	// Gave is the contact that the change gave, empty where it was removed; nil: the version before did not say.
	Gave *string `json:"gave,omitempty"`
	// Device and Network are from where the change was made.
	Device  string `json:"device,omitempty"`
	Network string `json:"network,omitempty"`
}

// formerOf is the contact of a user that a change is about.
func formerOf(u *User, change verification.Purpose) former {
	if change == verification.NewEmail {
		return former{Purpose: change, Address: u.Email, Verified: u.EmailVerified}
	}
	return former{Purpose: change, Address: u.Phone, Verified: u.PhoneVerified}
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
// A contact that was itself given by such a change gets none as long as that can be undone: it may be that of
// an attacker, whose link would take the account from the owner again. The first link gives back what there
// was before. What an undo or an administrator gave back is not new.
func (s *SelfService) tellFormer(ctx context.Context, u *User, left former) error {
	m := notify.Message{Kind: notify.ContactChanged, UserID: u.ID, Locale: u.Profile.Locale, Data: notify.Data{
		Username: u.Username, Address: contactFor(u, left.Purpose), At: u.UpdatedAt, Zone: u.Profile.Zoneinfo, Valid: undoes(left.Purpose).Lifetime(),
	}}
	m.Data.Added = left.Address == ""
	if m.Data.Address == "" {
		m.Data.Added, m.Data.Removed = false, left.Address
	}
	m.Channel, m.To = channelFor(left.Purpose), left.Address
	told := left.Purpose // the contact that is told
	if !left.Verified || !s.policy.sends(m.Channel) {
		m.Channel, m.To, told = otherContact(u, left.Purpose)
	}
	if err := s.warnUnverified(ctx, u, left); err != nil {
		return err
	}
	if m.To != "" && !s.policy.sends(m.Channel) {
		m.To = ""
	}
	chained, err := s.notices.given(ctx, u.ID, left.Purpose, left.Address)
	if err != nil {
		return err
	}
	unsafe := chained
	if told != left.Purpose {
		if unsafe, err = s.notices.given(ctx, u.ID, told, m.To); err != nil {
			return err
		}
	}
	if m.Verification, err = s.openUndo(ctx, u, left, m.To, chained, unsafe); err != nil {
		return err
	}
	if m.Verification.IsZero() {
		m.Kind, m.Data.Valid = notify.ContactChangedAgain, 0
	} else {
		m.Data = m.Data.SeenFrom(ctx) // for who can undo it, and not for a contact that may be that of somebody else
	}
	if m.To == "" {
		return nil
	}
	if err := s.outbox.Add(ctx, m); !errors.Is(err, notify.ErrAddress) { // of an older version, which nobody can reach
		return err // without the message there is no change
	}
	return nil
}

// warnUnverified tells the email address of a user that nobody has proved, also one that a change took away: it
// gets codes to recover the account. It gets no link, and nothing that only the user may know.
func (s *SelfService) warnUnverified(ctx context.Context, u *User, left former) error {
	email := left
	if left.Purpose != verification.NewEmail {
		email = formerOf(u, verification.NewEmail)
	}
	if email.Address == "" || email.Verified {
		return nil
	}
	return s.notices.send(ctx, &User{ID: u.ID, Profile: u.Profile}, notify.Mail, email.Address, notify.Message{Kind: notify.ContactChangedAgain, Data: notify.Data{At: u.UpdatedAt}})
}

// openUndo opens what gives the former contact back, and returns its id if the contact that is told gets the
// link. Nothing is opened for nobody, except to note that the new contact, too, follows another change.
func (s *SelfService) openUndo(ctx context.Context, u *User, left former, to string, chained, unsafe bool) (id provider.ID, err error) {
	gave := contactFor(u, left.Purpose)
	left.Gave = &gave
	left.Device, left.Network = origin.Of(ctx)
	if chained || unsafe {
		to = ""
	}
	if to == "" && !chained && !unsafe {
		return id, nil
	}
	details, err := json.Marshal(left)
	if err != nil {
		return id, fmt.Errorf("account: %w", err)
	}
	v, err := s.codes.Open(ctx, verification.Verification{Purpose: undoes(left.Purpose), UserID: u.ID, Generation: u.Generation, Address: to}, details)
	if err != nil || to == "" {
		return id, err
	}
	return v.ID, nil
}

// given tells whether a change that can be undone, or could be until it was, gave a user a contact.
func (n *notices) given(ctx context.Context, user provider.ID, change verification.Purpose, address string) (bool, error) {
	recent, err := n.codes.Recent(ctx, user, undoes(change))
	if err != nil || address == "" {
		return false, err
	}
	for _, v := range recent {
		left, err := n.formerIn(v)
		if err != nil {
			return false, err
		}
		if left.Gave == nil && left.Address != address || left.Gave != nil && *left.Gave == address {
			return true, nil
		}
	}
	return false, nil
}

// formerIn is what a verification gives back.
func (n *notices) formerIn(v *verification.Verification) (left former, err error) {
	details, err := n.codes.Details(v)
	if err == nil {
		err = json.Unmarshal(details, &left)
	}
	if err != nil {
		return former{}, fmt.Errorf("account: undo %s: %w", v.ID, err)
	}
	return left, nil
}

// otherContact is the verified contact of a user that a change is not about, with the purpose of a change of
// it; an empty address: there is none.
func otherContact(u *User, change verification.Purpose) (by notify.Channel, to string, of verification.Purpose) {
	switch {
	case change == verification.NewPhone && u.EmailVerified:
		return notify.Mail, u.Email, verification.NewEmail
	case change == verification.NewEmail && u.PhoneVerified:
		return notify.SMS, u.Phone, verification.NewPhone
	default:
		return notify.Mail, "", verification.NewEmail
	}
}
