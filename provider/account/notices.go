package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// notices tell users what happened to their accounts.
type notices struct {
	outbox outbox
	policy Policy
	codes  *verification.Codes
}

// tell sends a user a message: a mail or, without an email address, an SMS to the number that was proved.
func (n *notices) tell(ctx context.Context, u *User, m notify.Message) error {
	to, by := u.Email, notify.Mail
	if to == "" && u.PhoneVerified {
		to, by = u.Phone, notify.SMS
	}
	return n.send(ctx, u, by, to, m)
}

// Tell sends a user a message about what happened to the account, as tell does. It is for what is no part of
// this package, such as factors.
func (r *Registry) Tell(ctx context.Context, u *User, m notify.Message) error {
	return r.notices.tell(ctx, u, m)
}

// TellUndoable is Tell for a change of second factors, which the owner can undo: the message has a link for that.
// The transaction has locked the user.
//
// The link goes to a contact that is verified, and that no change gave which can itself be undone: such a one may be
// that of an attacker. Where the message would go to another contact, that is told as well, without the link.
func (r *Registry) TellUndoable(ctx context.Context, u *User, m notify.Message) error {
	return r.notices.tellUndoable(ctx, u, m)
}

func (n *notices) tellUndoable(ctx context.Context, u *User, m notify.Message) error {
	if n == nil {
		return nil
	}
	m.Data = m.Data.SeenFrom(ctx) // of the user, who alone makes such a change
	by, to, err := n.undoer(ctx, u)
	if err != nil {
		return err
	}
	if to != "" {
		if err := n.sendUndo(ctx, u, by, to, m); err != nil {
			return err
		}
	}
	if to != "" && (to == u.Email || u.Email == "") {
		return nil
	}
	return n.tell(ctx, u, m)
}

// undoer is the contact of a user that may undo a change of factors; an empty address: there is none.
func (n *notices) undoer(ctx context.Context, u *User) (by notify.Channel, to string, err error) {
	for _, change := range []verification.Purpose{verification.NewEmail, verification.NewPhone} {
		here := formerOf(u, change)
		if here.Address == "" || !here.Verified || !n.policy.sends(channelFor(change)) {
			continue
		}
		given, err := n.given(ctx, u.ID, change, here.Address)
		if err != nil {
			return "", "", err
		}
		if !given {
			return channelFor(change), here.Address, nil
		}
	}
	return "", "", nil
}

// sendUndo sends a message with the link. Without room for the message there is no link, either.
func (n *notices) sendUndo(ctx context.Context, u *User, by notify.Channel, to string, m notify.Message) error {
	v := verification.Verification{ID: n.codes.NewID(ctx), Purpose: verification.UndoFactor, UserID: u.ID, Generation: u.Generation, Address: to}
	m.Verification, m.Data.Valid = v.ID, v.Purpose.Lifetime()
	if added, err := n.add(ctx, u, by, to, m); err != nil || !added {
		return err
	}
	details, err := json.Marshal(factorChange{m.Kind, m.Data})
	if err != nil {
		return fmt.Errorf("account: %w", err)
	}
	_, err = n.codes.Open(ctx, v, details)
	return err
}

// send sends it to a contact that the user has or had. It is no reason to fail when the contact has got too many
// messages, or there is no way to send one.
func (n *notices) send(ctx context.Context, u *User, by notify.Channel, to string, m notify.Message) error {
	_, err := n.add(ctx, u, by, to, m)
	return err
}

// add is send, and tells whether the message is to be sent.
func (n *notices) add(ctx context.Context, u *User, by notify.Channel, to string, m notify.Message) (added bool, err error) {
	if n == nil || to == "" || !n.policy.sends(by) {
		return false, nil
	}
	m.Channel, m.To, m.UserID, m.Locale = by, to, u.ID, u.Profile.Locale
	m.Data.Username, m.Data.Zone = u.Username, u.Profile.Zoneinfo
	err = n.outbox.Add(ctx, m)
	if errors.Is(err, notify.ErrTooMany) || errors.Is(err, notify.ErrAddress) {
		return false, nil
	}
	return err == nil, err
}

// lost tells the contacts that were verified and that a user does not have any more. There is no link by which
// they would get the account back: an administrator changed it, or the owner of a former contact.
func (n *notices) lost(ctx context.Context, u, before *User) error {
	for _, change := range []verification.Purpose{verification.NewEmail, verification.NewPhone} {
		left := formerOf(before, change)
		here := contactFor(u, change)
		if !left.Verified || left.Address == here {
			continue
		}
		m := notify.Message{Kind: notify.ContactChangedAgain, Data: notify.Data{Address: here, At: u.UpdatedAt}}
		if here == "" {
			m.Data.Removed = left.Address
		}
		if err := n.send(ctx, u, channelFor(change), left.Address, m); err != nil {
			return err
		}
	}
	return nil
}

// undone tells every verified contact of a user that the account was taken back to before a change, and by which
// contact. Whoever reads the messages to one contact alone can do that: the owner of the others has to know.
func (n *notices) undone(ctx context.Context, u *User, by string) error {
	m := notify.Message{Kind: notify.ChangesUndone, Data: notify.Data{Address: by, At: u.UpdatedAt}}
	for _, change := range []verification.Purpose{verification.NewEmail, verification.NewPhone} {
		here := formerOf(u, change)
		if !here.Verified {
			continue
		}
		if err := n.send(ctx, u, channelFor(change), here.Address, m); err != nil {
			return err
		}
	}
	return nil
}
