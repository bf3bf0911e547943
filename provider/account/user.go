package account

import (
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// User is a person with an account.
type User struct {
	ID provider.ID
	// Subject is the id that applications know the user by: it never changes, is never reused, and
	// reveals nothing about the user (OpenID Connect Core section 8). It is random, unlike ID,
	// which contains the creation time; for older accounts it is their ID.
	Subject  string
	Username string
	// PasswordHash is empty for a user who cannot sign in with a password.
	PasswordHash string
	Email        string
	// EmailVerified is only set after the user proved control of the address, never on the user's
	// own claim (Zitadel CVE-2026-27946).
	EmailVerified bool
	Phone         string
	PhoneVerified bool
	Profile       Profile
	Roles         []string
	Disabled      bool
	// Generation rises with each change that invalidates earlier authentication. A session or a
	// grant is stored together with the generation that was authenticated, and refused when it
	// has changed.
	Generation int64
	// Factors are the kinds of second factors that the user has, such as factor.TOTP; empty: the password
	// alone is asked for. The store keeps them in step with the factors themselves: neither CreateUser
	// nor UpdateUser writes them, nor FactorsDueAt.
	Factors []string
	// FactorsDueAt is until when the user may sign in without having set up a factor that is demanded;
	// nil: none was demanded yet.
	FactorsDueAt *time.Time
	// DeleteAt is when the account is to be deleted; nil: it is to stay. The store has statements of their own for
	// it, as for Factors.
	DeleteAt  *time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

// SetEmail changes the email address and marks another one as unverified.
func (u *User) SetEmail(address string) {
	if canonicalEmail(address) != canonicalEmail(u.Email) {
		u.EmailVerified = false
	}
	u.Email = address
}

// SetPhone changes the phone number and marks another one as unverified.
func (u *User) SetPhone(number string) {
	if number != u.Phone {
		u.PhoneVerified = false
	}
	u.Phone = number
}

// clone is a copy that a change of the user leaves as it is.
func (u *User) clone() *User {
	c := *u
	c.Roles, c.Factors = slices.Clone(u.Roles), slices.Clone(u.Factors)
	if u.Profile.Address != nil {
		address := *u.Profile.Address
		c.Profile.Address = &address
	}
	return &c
}
