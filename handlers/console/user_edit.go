package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// serveUserEdit serves the form that changes a user.
func (c *Console) serveUserEdit(w http.ResponseWriter, r *http.Request, v *viewer) error {
	u, err := c.userOf(r)
	if err != nil {
		return err
	}
	page := userForm{shell: c.shell(w, r, v, usersPath), User: u, Back: userPath(u), Version: versionAt(u.UpdatedAt)}
	page.fill(u, nil)
	return c.writeUserForm(w, r, http.StatusOK, page)
}

// serveUserChange changes a user, unless somebody else has done so since the form was shown: then the form is shown
// again with what was typed, and what differs from it by now.
func (c *Console) serveUserChange(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	known, err := c.userOf(r)
	if err != nil {
		return err
	}
	typed, page := typedUser(form), userForm{shell: c.shell(w, r, v, usersPath), User: known, Back: userPath(known), Version: form.Get("version")}
	if ok, err := c.provenAbout(w, r, v, form, known, typed); !ok {
		return err
	}
	var now account.User
	u, err := c.Accounts.Change(r.Context(), v.actor, known.ID, func(u *account.User) error {
		if now = *u; versionAt(u.UpdatedAt) != form.Get("version") {
			return errStale
		}
		become(u, typed)
		if u.ID == v.session.User.ID {
			return notYourself(&now, u, c.pages.For(r).Text("said.not_yourself"))
		}
		return nil
	})
	switch wrong := problemsOf(err); {
	case errors.Is(err, errStale):
		canonical.From(r.Context()).Outcome("stale")
		page.Stale, page.User, page.Version = true, &now, versionAt(now.UpdatedAt)
		page.fill(typed, &now)
		return c.writeUserForm(w, r, http.StatusConflict, page)
	case wrong != nil:
		page.fill(typed, nil)
		return c.refusedUser(w, r, page, wrong)
	case err != nil:
		return found(r, err)
	}
	return c.done(w, r, userPath(u), said{Done: "user_changed", About: u.Username})
}

// notYourself returns account.Wrong for what administrators do not change of their own accounts here: the role by which
// they got in, and how the account is recovered, for which the own account asks for another proof, and tells the former
// address. A session that was left open must not take the account.
func notYourself(before, after *account.User, message string) error {
	var wrong account.Wrong
	for field, same := range map[string]bool{
		"roles": slices.Contains(after.Roles, account.RoleAdmin),
		"email": before.Email == after.Email, "email_verified": before.Email != after.Email || before.EmailVerified == after.EmailVerified,
		"phone": before.Phone == after.Phone, "phone_verified": before.Phone != after.Phone || before.PhoneVerified == after.PhoneVerified,
	} {
		if !same {
			wrong = append(wrong, &account.Invalid{Claim: field, Message: message})
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return wrong
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
