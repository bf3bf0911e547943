package account

import (
	"context"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/provider"
)

// ErrSignIn: the user is unknown, disabled or has another password. Which of them it was
// is nobody's business, so there is one error, after the same work (threats 46).
var ErrSignIn = errors.New("user name or password is wrong")

// decoy is verified when there is no user or no password: an answer must take as long for
// a name that does not exist.
const decoy = "$argon2id$v=19$m=19456,t=2,p=1$Z2F0ZWhvdXNlLWRlY295IQ$Rk4xd2lqUW5LZ0ZsV2hKc3RqT2R5c0hxR0ZkdVl2cWE"

// loginFinder finds a user by canonical user name or email address.
type loginFinder interface {
	UserByLogin(ctx context.Context, canonical string) (*User, error)
}

// SignIn verifies passwords.
type SignIn struct {
	users    loginFinder
	hasher   hasher
	throttle *Throttle
}

// NewSignIn makes a SignIn whose failures the throttle counts.
func NewSignIn(users loginFinder, h hasher, t *Throttle) *SignIn {
	return &SignIn{users: users, hasher: h, throttle: t}
}

// Verify returns the user with that name and password. It returns ErrSignIn, or
// *Throttled without having looked at the password. Prefix is the address that the try
// comes from, as the throttle counts it.
func (s *SignIn) Verify(ctx context.Context, login, password, prefix string) (*User, error) {
	counted := Canonical(login)
	u, err := s.users.UserByLogin(ctx, counted)
	if err != nil && !errors.Is(err, provider.ErrNotFound) {
		return nil, fmt.Errorf("find user: %w", err)
	}
	if err == nil {
		// Name and address are two doors to one account: counted apart, they would give twice
		// as many tries (Authelia CVE-2026-47203).
		counted = u.ID.String()
	}
	if err := s.throttle.Begin(ctx, counted, prefix); err != nil {
		return nil, err
	}
	hash := decoy
	if err == nil && u.PasswordHash != "" {
		hash = u.PasswordHash
	}
	if len(password) > 1024 || !utf8.ValidString(password) {
		password = "" // never right, and no reason to answer faster
	}
	ok, verifyErr := s.hasher.Verify(ctx, hash, password)
	if verifyErr != nil {
		return nil, fmt.Errorf("verify password: %w", verifyErr)
	}
	if !ok || err != nil || hash == decoy || u.Disabled {
		return nil, ErrSignIn
	}
	s.throttle.Succeeded(counted, prefix)
	return u, nil
}
