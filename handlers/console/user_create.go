package console

import (
	"net/http"
	"net/url"
)

// serveNewUser serves the form for a new user.
func (c *Console) serveNewUser(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := userForm{shell: c.shell(w, r, v, usersPath), Back: usersPath}
	page.fill(nil)
	return c.writeUserForm(w, r, http.StatusOK, page)
}

// serveUserCreation makes a user. A password is not shown again, whatever else is wrong.
func (c *Console) serveUserCreation(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	u, page := typedUser(form), userForm{shell: c.shell(w, r, v, usersPath), Back: usersPath}
	page.fill(userTexts(u))
	if ok, err := c.provenAbout(w, r, v, form, u); !ok {
		return err
	}
	if err := c.Accounts.Create(r.Context(), v.actor, u, form.Get("password")); err != nil {
		if found := problemsOf(c.pages.For(r), err); found != nil {
			return c.refusedUser(w, r, page, found)
		}
		return err
	}
	return c.done(w, r, userPath(u), said{Done: "user_created", About: u.Username})
}
