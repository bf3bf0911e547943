package account

import (
	"context"
	"errors"

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

// Unconfirmed is part of applications. Where contacts are private there is none: who registers with the address
// of another person would be told by the sign-in that it is taken.
func (s *SelfService) Unconfirmed(ctx context.Context, login string, begun provider.ID) (id provider.ID, hash string, err error) {
	if s.policy.Private {
		return id, "", nil
	}
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
	case a.Taken: // stored while contacts were private
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
