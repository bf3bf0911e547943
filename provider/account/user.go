package account

import (
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// User is a person with an account.
type User struct {
	ID provider.ID
	// Subject is what applications know the user by: it never changes, is never used again, and
	// says nothing about the person (OpenID Connect Core section 8). It is random, as the ID
	// tells when the account was made; older accounts have their ID here.
	Subject  string
	Username string
	// PasswordHash is empty for a user who cannot sign in with a password.
	PasswordHash string
	Email        string
	// EmailVerified is set by proof of reach alone, never by the user (Zitadel CVE-2026-27946).
	EmailVerified bool
	Phone         string
	PhoneVerified bool
	Profile       Profile
	Roles         []string
	Disabled      bool
	// Generation rises with each change after which an earlier proof of who the user is must
	// not lead to anything new. Whoever stores a session or a grant names the one that came
	// with the proof.
	Generation int64
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// SetEmail gives the user another email address, which nobody has verified yet.
func (u *User) SetEmail(address string) {
	if canonicalEmail(address) != u.Email {
		u.EmailVerified = false
	}
	u.Email = address
}

// SetPhone gives the user another phone number, which nobody has verified yet.
func (u *User) SetPhone(number string) {
	if number != u.Phone {
		u.PhoneVerified = false
	}
	u.Phone = number
}
