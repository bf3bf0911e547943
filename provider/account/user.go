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

// Profile is what the profile and address scopes show (OpenID Connect Core section 5.1).
// Each value is optional.
type Profile struct {
	Name       string   `json:"name,omitempty"`
	GivenName  string   `json:"given_name,omitempty"`
	FamilyName string   `json:"family_name,omitempty"`
	MiddleName string   `json:"middle_name,omitempty"`
	Nickname   string   `json:"nickname,omitempty"`
	Page       string   `json:"profile,omitempty"`
	Picture    string   `json:"picture,omitempty"`
	Website    string   `json:"website,omitempty"`
	Gender     string   `json:"gender,omitempty"`
	Birthdate  string   `json:"birthdate,omitempty"` // YYYY-MM-DD
	Zoneinfo   string   `json:"zoneinfo,omitempty"`  // such as Europe/Paris
	Locale     string   `json:"locale,omitempty"`    // BCP 47, such as en-GB
	Address    *Address `json:"address,omitempty"`
}

// Address is the address claim (OpenID Connect Core section 5.1.1).
type Address struct {
	Formatted  string `json:"formatted,omitempty"`
	Street     string `json:"street_address,omitempty"`
	Locality   string `json:"locality,omitempty"`
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country,omitempty"`
}
