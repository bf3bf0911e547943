package account

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// notices tell users what happened to their accounts.
type notices struct {
	outbox outbox
	policy Policy
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

// send sends it to a contact that the user has or had. It is no reason to fail when the contact has got too many
// messages, or there is no way to send one.
func (n *notices) send(ctx context.Context, u *User, by notify.Channel, to string, m notify.Message) error {
	if n == nil || to == "" || !n.policy.sends(by) {
		return nil
	}
	m.Channel, m.To, m.UserID, m.Locale, m.Data.Username = by, to, u.ID, u.Profile.Locale, u.Username
	err := n.outbox.Add(ctx, m)
	if errors.Is(err, notify.ErrTooMany) || errors.Is(err, notify.ErrAddress) {
		return nil
	}
	return err
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
