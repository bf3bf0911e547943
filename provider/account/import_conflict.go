package account

import (
	"reflect"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account/lookalike"
	passwordhash "github.com/gatehouse-id/gatehouse/provider/password"
)

// key is a property that only one user may have.
type key struct{ text, field, what string }

// keys are those of a candidate. Ids and subjects are of one kind: a user may be known by the id as
// subject, so that a subject equal to another user's id would make two users one to applications, and so
// would another spelling of a UUID.
func (c *candidate) keys() []key {
	keys := make([]key, 0, len(c.forms)+4)
	for _, form := range c.forms {
		keys = append(keys, key{"username " + form, "username", "user name"})
	}
	keys = append(keys, key{"skeleton " + lookalike.Skeleton(c.user.Username), "username", "user name, or one that looks the same"})
	if c.user.Email != "" {
		keys = append(keys, key{"email " + c.user.Email, "email", "email address"})
	}
	if c.givenID {
		keys = append(keys, key{"id " + c.user.ID.String(), "id", "id"})
	}
	if c.givenSubject {
		keys = append(keys, key{"id " + provider.SameName(c.user.Subject), "sub", "subject"})
	}
	return keys
}

// collect adds what is to be looked for.
func (c *candidate) collect(a *Alike) {
	a.Usernames = append(a.Usernames, c.forms...)
	a.Skeletons = append(a.Skeletons, lookalike.Skeleton(c.user.Username))
	a.Emails = append(a.Emails, c.emails...)
	if c.givenID {
		a.IDs = append(a.IDs, c.user.ID)
		a.Subjects = append(a.Subjects, c.user.ID.Spellings()...)
	}
	if c.givenSubject {
		a.Subjects = append(a.Subjects, c.user.Subject)
		if id, is := provider.ReadUUID(c.user.Subject); is {
			a.IDs = append(a.IDs, id)
			a.Subjects = append(a.Subjects, id.Spellings()...)
		}
	}
}

// index finds existing users by the text of a key.
func index(users []*User) map[string]*User {
	found := make(map[string]*User, 5*len(users))
	for _, u := range users {
		found["username "+u.Username] = u
		found["skeleton "+lookalike.Skeleton(u.Username)] = u
		if u.Email != "" {
			found["email "+canonicalEmail(u.Email)] = u
		}
		found["id "+u.ID.String()] = u
		found["id "+provider.SameName(u.Subject)] = u
	}
	return found
}

// against compares the candidate with the users that exist: it may be one of them, or conflict.
func (c *candidate) against(existing map[string]*User) error {
	if same := c.same(existing); same != nil {
		return c.compare(same)
	}
	for _, k := range c.keys() {
		if existing[k.text] != nil {
			return &Conflict{k.field, "another user has that " + k.what}
		}
	}
	return nil
}

// same is the existing user whom the candidate means: the one with the id, else the one with the
// subject, else the one with the user name.
func (c *candidate) same(existing map[string]*User) *User {
	switch {
	case c.givenID:
		if u := existing["id "+c.user.ID.String()]; u != nil && u.ID == c.user.ID {
			return u
		}
	case c.givenSubject:
		if u := existing["id "+provider.SameName(c.user.Subject)]; u != nil && u.Subject == c.user.Subject {
			return u
		}
	default:
		return existing["username "+c.user.Username]
	}
	return nil
}

// compare returns ErrPresent when the existing user is what would be imported. A password that was
// upgraded at a sign-in, or set since, is no difference; neither is one that the import does not have.
func (c *candidate) compare(u *User) error {
	roles := slices.Clone(u.Roles)
	slices.Sort(roles)
	var differ []string
	for _, property := range []struct {
		name  string
		equal bool
	}{
		{"sub", !c.givenSubject || c.user.Subject == u.Subject},
		{"username", c.user.Username == u.Username},
		{"email", c.user.Email == canonicalEmail(u.Email)},
		{"email_verified", c.user.EmailVerified == u.EmailVerified},
		{"phone", c.user.Phone == u.Phone},
		{"phone_verified", c.user.PhoneVerified == u.PhoneVerified},
		{"roles", slices.Equal(c.user.Roles, roles)},
		{"disabled", c.user.Disabled == u.Disabled},
		{"the profile", reflect.DeepEqual(c.user.Profile, u.Profile)},
		{"created_at", c.user.CreatedAt.IsZero() || c.user.CreatedAt.Equal(u.CreatedAt)},
		{"password_hash", c.user.PasswordHash == "" || c.user.PasswordHash == u.PasswordHash || (u.PasswordHash != "" && !passwordhash.Outdated(u.PasswordHash))},
	} {
		if !property.equal {
			differ = append(differ, property.name)
		}
	}
	if differ == nil {
		return ErrPresent
	}
	return &Conflict{"", "the user exists, and differs in " + strings.Join(differ, ", ")}
}

// twice finds what an earlier line of the same source has.
func (c *candidate) twice(earlier ...map[string]bool) error {
	for _, k := range c.keys() {
		for _, taken := range earlier {
			if taken[k.text] {
				return &Conflict{k.field, "an earlier entry has that " + k.what}
			}
		}
	}
	return nil
}
