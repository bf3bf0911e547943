package account

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// Invitation lets one person register, whatever the domain of the address is. The link in the message proves
// that the person has the contact, so that no other code is asked for.
type Invitation struct {
	// ID becomes the id of the user.
	ID provider.ID
	// Email or Phone is where the invitation goes; one of them.
	Email, Phone string
	// Roles are those that the user will have. To Invite, nil and none are not the same.
	Roles []string
	// Locale is the language of the message (BCP 47); empty: the default one.
	Locale               string
	CreatedAt, ExpiresAt time.Time
	// Delivery is how far the message is. Invite and List fill it in.
	Delivery notify.Delivery
}

// terms are the details of a verification that is an invitation.
type terms struct {
	Roles  []string `json:"roles,omitempty"`
	Locale string   `json:"locale,omitempty"`
}

// invitee is the user that the invitation would make.
func (i *Invitation) invitee() *User { return &User{Email: i.Email, Phone: i.Phone, Roles: i.Roles} }

// Invitations are administrative acts about people who have no account yet.
type Invitations struct {
	service *SelfService
}

// NewInvitations makes Invitations to a SelfService.
func NewInvitations(s *SelfService) *Invitations { return &Invitations{s} }

// Invite sends an invitation and fills in id and times. It replaces another one of the same contact, whose
// link is worth nothing any more, and whose roles (nil) and locale (empty) are kept where this one names none.
// It returns Wrong, ErrRegistrationOff, notify.ErrTooMany or audit.ErrForbidden.
func (i *Invitations) Invite(ctx context.Context, actor audit.Actor, inv *Invitation) error {
	s := i.service
	if !s.policy.Invitations {
		return ErrRegistrationOff
	}
	u := inv.invitee()
	if err := MayManage(actor, u); err != nil {
		return err
	}
	if err := i.check(ctx, inv, u); err != nil {
		return err
	}
	channel, address := contact(u)
	id := s.codes.NewID(ctx)
	asked := *inv
	return s.registry.gate.Do(ctx, actor, audit.UserInvite, audit.OfUser(id), func(ctx context.Context) (audit.Changes, error) {
		*inv = asked // a transaction may run again
		replaced, err := i.replace(ctx, actor, inv, address)
		if err != nil {
			return nil, err
		}
		details, err := json.Marshal(terms{inv.Roles, inv.Locale})
		if err != nil {
			return nil, fmt.Errorf("account: %w", err)
		}
		v, err := s.codes.Open(ctx, verification.Verification{ID: id, Purpose: verification.Invitation, Address: address}, details)
		if err != nil {
			return nil, err
		}
		inv.ID, inv.CreatedAt, inv.ExpiresAt, inv.Delivery = id, v.CreatedAt, v.ExpiresAt, notify.Delivery{State: notify.Waiting}
		return audit.Diff(replaced, invited(inv)), s.outbox.Add(ctx, notify.Message{
			Channel: channel, To: address, Kind: notify.Invitation, Locale: inv.Locale, Verification: id, Data: notify.Data{Valid: verification.Invitation.Lifetime()},
		})
	})
}

// replace lets an invitation keep what it does not say and the earlier one of the address did, and returns
// what an audit record says of that one; nil: there is none. That of an administrator is not for everybody to
// replace.
func (i *Invitations) replace(ctx context.Context, actor audit.Actor, inv *Invitation, address string) (map[string]any, error) {
	v, err := i.service.codes.At(ctx, verification.Invitation, address)
	if errors.Is(err, verification.ErrClosed) {
		return nil, nil //nolint:nilnil // none
	}
	if err != nil {
		return nil, err
	}
	earlier, err := i.service.invitation(v)
	if err != nil {
		return nil, err
	}
	if inv.Roles == nil {
		inv.Roles = earlier.Roles
	}
	inv.Locale = cmp.Or(inv.Locale, earlier.Locale)
	was := invited(earlier)
	was["replaced"] = earlier.ID.String()
	return was, MayManage(actor, earlier.invitee())
}

// check puts the contact into canonical form and finds everything that is wrong with the invitation.
func (i *Invitations) check(ctx context.Context, inv *Invitation, u *User) error {
	s := i.service
	var wrong Wrong
	u.Email, u.Phone = strings.TrimSpace(u.Email), strings.TrimSpace(u.Phone)
	if (u.Email == "") == (u.Phone == "") {
		wrong.add(&Invalid{"", fault.New(fault.OneContact), ErrOneContact})
	}
	var problem *Invalid
	u.Email, problem = emailOf(u.Email)
	wrong.add(problem)
	wrong = append(wrong, validate(u, &User{})...)
	if reason := faultOfLocale(inv.Locale); inv.Locale != "" && reason != nil {
		wrong.add(&Invalid{Claim: "locale", Fault: reason})
	}
	switch {
	case len(wrong) > 0:
	case u.Email != "" && !s.policy.Mail:
		wrong.add(invalid("email", ErrChannel, fault.Channel))
	case u.Phone != "" && !s.policy.SMS:
		wrong.add(invalid("phone", ErrChannel, fault.Channel))
	}
	if len(wrong) > 0 {
		return wrong
	}
	inv.Email, inv.Phone = u.Email, u.Phone
	owner, err := s.emailOwner(ctx, u.Email)
	if err == nil && owner != nil {
		wrong.add(invalid("email", ErrEmailTaken, fault.EmailTaken))
	}
	if err != nil {
		return err
	}
	if owner, err = s.phoneOwner(ctx, u.Phone); err == nil && owner != nil {
		wrong.add(invalid("phone", ErrPhoneTaken, fault.PhoneTaken))
	}
	return errors.Join(err, wrong.orNil())
}

// invited is what an audit record says of an invitation.
func invited(inv *Invitation) map[string]any {
	properties := map[string]any{}
	if inv.Email != "" {
		properties["email"] = inv.Email
	}
	if inv.Phone != "" {
		properties["phone_number"] = inv.Phone
	}
	if len(inv.Roles) > 0 {
		properties["roles"] = inv.Roles
	}
	return properties
}

// List returns the invitations that are open and have an id after one, in the order in which they were sent.
func (i *Invitations) List(ctx context.Context, after provider.ID, limit int) ([]*Invitation, error) {
	open, err := i.service.codes.List(ctx, verification.Invitation, after, limit)
	if err != nil {
		return nil, err
	}
	list, sent := make([]*Invitation, len(open)), make([]notify.Message, len(open))
	for n, v := range open {
		if list[n], err = i.service.invitation(v); err != nil {
			return nil, err
		}
		channel, address := contact(list[n].invitee())
		sent[n] = notify.Message{Channel: channel, To: address, Kind: notify.Invitation, Verification: v.ID}
	}
	deliveries, err := i.service.outbox.Deliveries(ctx, sent)
	if err != nil {
		return nil, err
	}
	for _, inv := range list {
		inv.Delivery = deliveries[inv.ID]
	}
	return list, nil
}

// Withdraw makes the link of an invitation worth nothing. It returns provider.ErrNotFound for one that is
// not open, or audit.ErrForbidden.
func (i *Invitations) Withdraw(ctx context.Context, actor audit.Actor, id provider.ID) error {
	s := i.service
	return s.registry.gate.Do(ctx, actor, audit.UserWithdrawInvitation, audit.OfUser(id), func(ctx context.Context) (audit.Changes, error) {
		v, err := s.codes.Find(ctx, id, verification.Invitation)
		if errors.Is(err, verification.ErrClosed) {
			return nil, provider.ErrNotFound
		}
		if err != nil {
			return nil, err
		}
		inv, err := s.invitation(v)
		if err == nil {
			err = MayManage(actor, inv.invitee())
		}
		if err != nil {
			return nil, err
		}
		if err = s.codes.Use(ctx, v); errors.Is(err, verification.ErrClosed) {
			err = provider.ErrNotFound // meanwhile
		}
		return audit.Diff(invited(inv), nil), err
	})
}
