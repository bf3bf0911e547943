package console

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// errOwnRole: administrators keep their own role.
var errOwnRole = errors.New("console: the own role")

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
	typed, page := typedUser(form), userForm{shell: c.shell(w, r, v, usersPath), revision: sentRevision(form), User: known, Back: userPath(known)}
	var now account.User
	u, err := c.Accounts.Change(r.Context(), v.actor, known.ID, func(u *account.User) error {
		if now = *u; versionAt(u.UpdatedAt) != page.Version {
			return errStale
		}
		if u.ID == v.session.User.ID && !slices.Contains(typed.Roles, account.RoleAdmin) {
			return errOwnRole
		}
		become(u, typed)
		return nil
	})
	in := c.pages.For(r)
	wrong := problemsOf(in, err)
	if errors.Is(err, errOwnRole) {
		wrong = problems{rolesField: in.Text("said.not_yourself")}
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
