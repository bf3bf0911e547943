package account

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// Invited is the invitation of a person who follows its link, for the page that asks for the rest. Programs
// follow links, too, and damage them: that uses up no try. The address is told to whoever has the id, which is
// in the message and known to administrators. It returns ErrRegistrationOff or verification.ErrClosed.
func (s *SelfService) Invited(ctx context.Context, id provider.ID) (*Invitation, error) {
	if !s.policy.Invitations {
		return nil, ErrRegistrationOff
	}
	v, err := s.codes.Find(ctx, id, verification.Invitation)
	if err != nil {
		return nil, err
	}
	return s.invitation(v)
}

// invited is the invitation of a person who has its code.
func (s *SelfService) invited(ctx context.Context, id provider.ID, code string) (*verification.Verification, *Invitation, error) {
	if !s.policy.Invitations {
		return nil, nil, ErrRegistrationOff
	}
	v, err := s.codes.Check(ctx, id, code, verification.Invitation)
	if err != nil {
		return nil, nil, err
	}
	inv, err := s.invitation(v)
	return v, inv, err
}

// invitation is what a verification is about.
func (s *SelfService) invitation(v *verification.Verification) (*Invitation, error) {
	var t terms
	details, err := s.codes.Details(v)
	if err == nil {
		err = json.Unmarshal(details, &t)
	}
	if err != nil {
		return nil, fmt.Errorf("account: invitation %s: %w", v.ID, err)
	}
	inv := &Invitation{ID: v.ID, Roles: t.Roles, Locale: t.Locale, CreatedAt: v.CreatedAt, ExpiresAt: v.ExpiresAt}
	if strings.Contains(v.Address, "@") {
		inv.Email = v.Address
	} else {
		inv.Phone = v.Address
	}
	return inv, nil
}

// Accept makes a user of a person who was invited. The contact is that of the invitation and is verified,
// the roles are those that the administrator chose. It returns ErrRegistrationOff, verification.ErrCode or
// ErrClosed, or Wrong.
func (s *SelfService) Accept(ctx context.Context, id provider.ID, code string, a Application, locale string) (*User, error) {
	v, inv, err := s.invited(ctx, id, code)
	if err != nil {
		return nil, err
	}
	u := inv.invitee()
	u.Username, u.Profile = strings.TrimSpace(a.Username), a.Profile
	derived := u.Username == "" && u.Email != ""
	if derived {
		if u.Username, err = s.freeName(ctx, u.Email); err != nil {
			return nil, err
		}
	}
	wrong, err := s.registry.wrong(ctx, u, &User{})
	if err != nil {
		return nil, err
	}
	canonical, fault := passwordOf(u, a.Password)
	wrong.add(fault)
	if err := wrong.orNil(); err != nil {
		return nil, err
	}
	u.PasswordHash, err = s.registry.hashChosen(ctx, canonical)
	if err != nil {
		return nil, err
	}
	if u.Profile.Locale == "" && faultOfLocale(locale) == nil {
		u.Profile.Locale = locale
	}
	u.EmailVerified, u.PhoneVerified = u.Email != "", u.Phone != ""
	if derived {
		return s.createNamed(ctx, v, u)
	}
	return s.create(ctx, v, u)
}
