package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// ownAccount is what administrators do not change of their own accounts here: the fields, with the text that says so.
type ownAccount struct{ problems }

func (ownAccount) Error() string { return "console: the own account" }

// serveUserEdit serves the form that changes a user.
func (c *Console) serveUserEdit(w http.ResponseWriter, r *http.Request, v *viewer) error {
	u, err := c.userOf(r)
	if err != nil {
		return err
	}
	page := userForm{shell: c.shell(w, r, v, usersPath), revision: revisionOf(versionAt(u.UpdatedAt), userTexts(u)), User: u, Back: userPath(u)}
	page.fill(userTexts(u))
	return c.writeUserForm(w, r, http.StatusOK, page)
}

// serveUserChange changes a user, unless somebody else has done so since the form was shown: then the form is shown
// again, merged with that.
func (c *Console) serveUserChange(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	known, err := c.userOf(r)
	if err != nil {
		return err
	}
	in := c.pages.For(r)
	typed, page := typedUser(form), userForm{shell: c.shell(w, r, v, usersPath), revision: sentRevision(form), User: known, Back: userPath(known)}
	if ok, err := c.provenAbout(w, r, v, form, known, typed); !ok {
		return err
	}
	if !sameContacts(known, typed) { // by which the account is recovered
		if ok, err := c.proven(w, r, v, form); !ok {
			return err
		}
	}
	var now account.User
	u, err := c.Accounts.Change(r.Context(), v.actor, known.ID, func(u *account.User) error {
		if now = *u; versionAt(u.UpdatedAt) != page.Version {
			return errStale
		}
		become(u, typed)
		if u.ID == v.session.User.ID {
			return notYourself(&now, u, in.Text("said.not_yourself"))
		}
		return nil
	})
	wrong := problemsOf(in, err)
	if own := (ownAccount{}); errors.As(err, &own) {
		wrong = own.problems
	}
	switch {
	case errors.Is(err, errStale):
		canonical.From(r.Context()).Outcome("stale")
		values := userTexts(typed)
		conflicts, taken := values.merge(page.base(), userTexts(&now), rolesField)
		page.revision, page.User = revisionOf(versionAt(now.UpdatedAt), userTexts(&now)), &now
		page.Stale, page.Merged = true, taken
		page.fill(values)
		conflicts.showConflicts(page.Account, page.Profile, page.Address)
		return c.writeUserForm(w, r, http.StatusConflict, page)
	case wrong != nil:
		page.fill(userTexts(typed))
		return c.refusedUser(w, r, page, wrong)
	case err != nil:
		return found(r, err)
	}
	return c.done(w, r, userPath(u), said{Done: "user_changed", About: u.Username})
}

// notYourself returns ownAccount for what administrators do not change of their own accounts here: the role by which
// they got in, and how the account is recovered, for which the own account asks for another proof, and tells the former
// address. A session that was left open must not take the account.
func notYourself(before, after *account.User, text string) error {
	wrong := ownAccount{problems{}}
	for field, same := range map[string]bool{
		rolesField: slices.Contains(after.Roles, account.RoleAdmin),
		"email":    before.Email == after.Email, "email_verified": before.Email != after.Email || before.EmailVerified == after.EmailVerified,
		"phone": before.Phone == after.Phone, "phone_verified": before.Phone != after.Phone || before.PhoneVerified == after.PhoneVerified,
	} {
		if !same {
			wrong.problems[field] = text
		}
	}
	if len(wrong.problems) == 0 {
		return nil
	}
	return wrong
}

// sameContacts tells whether two forms of a user have the same contacts, known to be theirs or not.
func sameContacts(a, b *account.User) bool {
	return a.Email == b.Email && a.EmailVerified == b.EmailVerified && a.Phone == b.Phone && a.PhoneVerified == b.PhoneVerified
}

// become changes a user to what was typed. Another contact is not known to reach the user, whatever was known of the
// one before; that can be said once it is stored.
func become(u, typed *account.User) {
	email, phone := u.Email, u.Phone
	u.SetEmail(typed.Email)
	if u.Email == email {
		u.EmailVerified = typed.EmailVerified
	}
	u.SetPhone(typed.Phone)
	if u.Phone == phone {
		u.PhoneVerified = typed.PhoneVerified
	}
	picture := u.Profile.Picture
	u.Username, u.Roles, u.Profile = typed.Username, typed.Roles, typed.Profile
	u.Profile.Picture = picture
}
