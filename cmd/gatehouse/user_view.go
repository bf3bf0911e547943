package main

import (
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// userView is a user as the command line prints it: the profile has the names of its claims.
type userView struct {
	ID            string `json:"id"`
	Subject       string `json:"sub"`
	Username      string `json:"username"`
	Email         string `json:"email"`
	EmailVerified bool   `json:"email_verified"`
	Phone         string `json:"phone_number"`
	PhoneVerified bool   `json:"phone_number_verified"`
	account.Profile

	Roles     []string   `json:"roles"`
	Disabled  bool       `json:"disabled"`
	Factors   []string   `json:"factors"`
	DeleteAt  *time.Time `json:"delete_at,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
}

func userViewOf(u *account.User) userView {
	return userView{
		u.ID.String(), u.Subject, u.Username, u.Email, u.EmailVerified, u.Phone, u.PhoneVerified, u.Profile,
		orEmpty(u.Roles), u.Disabled, orEmpty(u.Factors), u.DeleteAt, u.CreatedAt, u.UpdatedAt,
	}
}

func (e *environment) printUser(u *account.User, asJSON bool) error {
	if asJSON {
		return printJSON(e.Out, userViewOf(u))
	}
	p, a := u.Profile, account.Address{}
	if p.Address != nil {
		a = *p.Address
	}
	oneLine := strings.NewReplacer("\r\n", ", ", "\n", ", ")
	return facts(e.Out, "ID", u.ID.String(), "Subject", u.Subject, "Username", u.Username,
		"Email", verifiable(u.Email, u.EmailVerified), "Phone", verifiable(u.Phone, u.PhoneVerified),
		"Name", p.Name, "Given name", p.GivenName, "Middle name", p.MiddleName, "Family name", p.FamilyName, "Nickname", p.Nickname,
		"Profile", p.Page, "Picture", p.Picture, "Website", p.Website, "Gender", p.Gender, "Birthdate", p.Birthdate,
		"Time zone", p.Zoneinfo, "Locale", p.Locale,
		"Address", oneLine.Replace(a.Formatted), "Street", oneLine.Replace(a.Street), "Locality", a.Locality, "Region", a.Region,
		"Postal code", a.PostalCode, "Country", a.Country,
		"Roles", strings.Join(u.Roles, " "), "Disabled", yesNo(u.Disabled), "Second factors", strings.Join(u.Factors, " "), "Deletion", deletionOf(u), "Created", when(u.CreatedAt), "Updated", when(u.UpdatedAt))
}

// verifiable shows an email address or phone number, and whether it is verified.
func verifiable(contact string, verified bool) string {
	switch {
	case contact == "":
		return ""
	case verified:
		return contact + " (verified)"
	default:
		return contact + " (not verified)"
	}
}

// deletionOf is when a user is to be deleted; empty: never.
func deletionOf(u *account.User) string {
	if u.DeleteAt == nil {
		return ""
	}
	return when(*u.DeleteAt)
}
