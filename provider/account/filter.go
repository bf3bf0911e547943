package account

import "strings"

// Order is what users are listed by.
type Order string

// The orders. The zero value stands for ByUsername.
const (
	ByUsername Order = "username"
	ByCreation Order = "created_at"
)

// Filter selects users and their order; the zero value selects all, by user name.
type Filter struct {
	// Search is the beginning of a user name or of an email address, as a person types it.
	Search string
	// Username and Email select the user whom a sign-in with that user name or email address would find.
	Username, Email string
	Role            string
	// Disabled selects by whether a user is disabled; nil: both.
	Disabled *bool
	// Deleting selects by whether a user is to be deleted; nil: both.
	Deleting   *bool
	Order      Order
	Descending bool
	// After continues after the user with that Position.
	After string
}

// Position is the place of a user in the order of the list.
func (f Filter) Position(u *User) string {
	if f.Order == ByCreation {
		return u.ID.String() // which begins with the time
	}
	return u.Username
}

// Prefixes are the forms in which the user names and email addresses that begin with Search are
// stored; none without Search. Possible is whether any can begin so: Search may be longer than they are.
func (f Filter) Prefixes() (usernames, emails []string, possible bool) {
	forms := LoginForms(f.Search)
	switch {
	case len(forms) == 0:
		return nil, nil, false
	case forms[0] == "":
		return nil, nil, true
	case strings.Contains(forms[0], "@"): // which no user name contains
		if strings.HasSuffix(forms[0], ".") {
			return nil, forms[:1], true // without the dot it would be the beginning of other domains
		}
		return nil, forms, true
	default:
		return forms, forms[:1], true
	}
}
