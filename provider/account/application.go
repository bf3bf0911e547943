package account

import (
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// Application is what a person who registers says. Roles, and whether a contact is verified, are not a
// person's own to say (Zitadel CVE-2026-27946).
type Application struct {
	Username, Email, Phone string
	Password               string
	Profile                Profile
}

// user is the user that the application would make. A user name that is an email address counts as the
// email; then, and without a user name, one is made of the address.
func (a Application) user() *User {
	u := &User{Username: strings.TrimSpace(a.Username), Email: strings.TrimSpace(a.Email), Phone: strings.TrimSpace(a.Phone), Profile: a.Profile}
	if strings.Contains(u.Username, "@") && (u.Email == "" || canonicalEmail(u.Email) == canonicalEmail(u.Username)) {
		u.Username, u.Email = "", u.Username
	}
	return u
}

// contact is where the code goes: the email address if there is one.
func contact(u *User) (notify.Channel, string) {
	if u.Email != "" {
		return notify.Mail, u.Email
	}
	return notify.SMS, u.Phone
}

// nameFrom makes a user name of an email address; empty: that cannot be one.
func nameFrom(email string) string {
	local, _, _ := strings.Cut(email, "@")
	name := strings.Trim(strings.Map(func(r rune) rune {
		if r < 0x80 && !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789._-+", r) {
			return -1
		}
		return r
	}, Canonical(local)), "._-+")
	if !ValidUsername(name) {
		return ""
	}
	return name
}
