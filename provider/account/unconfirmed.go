package account

import (
	"context"
	"errors"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// Unconfirmed: the password is that of a registration whose address was not confirmed yet. It is an
// ErrSignIn.
type Unconfirmed struct {
	// ID is that of the registration, whose code is to be typed.
	ID provider.ID
}

// Error is part of error.
func (*Unconfirmed) Error() string { return "the address of the account is not confirmed yet" }

// Unwrap returns ErrSignIn.
func (*Unconfirmed) Unwrap() error { return ErrSignIn }

// applications finds registrations that are not confirmed.
type applications interface {
	// Unconfirmed finds the registration of an address or, where it was begun in this browser, of a user name.
	// An empty hash: there is none.
	Unconfirmed(ctx context.Context, login string, begun provider.ID) (id provider.ID, hash string, err error)
}

// Unconfirmed is part of applications.
func (s *SelfService) Unconfirmed(ctx context.Context, login string, begun provider.ID) (id provider.ID, hash string, err error) {
	v, err := s.codes.At(ctx, verification.Registration, addressOf(login))
	if errors.Is(err, verification.ErrClosed) && !begun.IsZero() {
		v, err = s.codes.Find(ctx, begun, verification.Registration)
	}
	if errors.Is(err, verification.ErrClosed) {
		return id, "", nil
	}
	if err != nil {
		return id, "", err
	}
	a, err := s.opened(v)
	switch {
	case err != nil:
		return id, "", err
	case a.Taken: // another user has the address, and the code went to nobody
		return id, "", nil
	case v.Address != addressOf(login) && a.Username != Canonical(login):
		return id, "", nil
	}
	return v.ID, a.Hash, nil
}

// addressOf is the form in which a code would be sent to what was typed.
func addressOf(login string) string {
	if number := phoneOf(login); number != "" {
		return number
	}
	return canonicalEmail(login)
}

// phoneOf is a phone number as people type it; empty: that is none.
func phoneOf(typed string) string {
	number := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", "/", "").Replace(strings.TrimSpace(typed))
	if !validPhone(number) {
		return ""
	}
	return number
}
