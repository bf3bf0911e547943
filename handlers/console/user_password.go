package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// recovery sends messages by which users choose another password.
type recovery interface {
	SendRecovery(ctx context.Context, actor audit.Actor, id provider.ID) error
}

// passwordPage is the form that gives a user another password.
type passwordPage struct {
	shell

	User *account.User
	Back string
	// Fields is the password alone.
	Fields []formField
	// Recovers: the user can get a message instead.
	Recovers bool
}

func (c *Console) passwordPage(w http.ResponseWriter, r *http.Request, v *viewer, u *account.User) passwordPage {
	return passwordPage{
		shell: c.shell(w, r, v, usersPath), User: u, Back: userPath(u), Recovers: c.recovers(u),
		Fields: []formField{{Name: "password", Label: "user.new_password", Kind: "password", Note: true}},
	}
}

// recovers tells whether there is a contact of a user to which a message can be sent.
func (c *Console) recovers(u *account.User) bool { return account.Recoverable(u, c.Policy) }

func (c *Console) serveUserPassword(w http.ResponseWriter, r *http.Request, v *viewer) error {
	u, err := c.userOf(r)
	if err != nil {
		return err
	}
	return c.pages.For(r).Write(w, http.StatusOK, "user_password", c.passwordPage(w, r, v, u), r.URL.Path)
}

// serveUserPasswordChange gives a user another password. An administrator's own is changed at the own account, where
// the present one is asked for.
func (c *Console) serveUserPasswordChange(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	u, err := c.userOf(r)
	if err != nil {
		return err
	}
	if u.ID == v.session.User.ID {
		return c.done(w, r, userPath(u), said{Done: "not_yourself"})
	}
	if ok, err := c.proven(w, r, v, form); !ok {
		return err
	}
	_, err = c.Accounts.SetPasswordOf(r.Context(), v.actor, u.ID, form.Get("password"))
	if wrong := problemsOf(c.pages.For(r), err); wrong != nil {
		canonical.From(r.Context()).Outcome("invalid")
		page := c.passwordPage(w, r, v, u)
		wrong.place(page.Fields)
		return c.pages.For(r).Write(w, http.StatusUnprocessableEntity, "user_password", page, r.URL.Path)
	}
	if err != nil {
		return found(r, err)
	}
	return c.done(w, r, userPath(u), said{Done: "password_set", About: u.Username})
}

// serveUserRecovery sends a user a message by which to choose another password.
func (c *Console) serveUserRecovery(w http.ResponseWriter, r *http.Request, v *viewer, _ url.Values) error {
	u, err := c.userOf(r)
	if err != nil {
		return err
	}
	switch err := c.Recovery.SendRecovery(r.Context(), v.actor, u.ID); {
	case errors.Is(err, notify.ErrTooMany):
		return c.done(w, r, userPath(u), said{Done: "too_many_messages"})
	case errors.Is(err, account.ErrChannel):
		return c.done(w, r, userPath(u), said{Done: "no_contact", About: u.Username})
	case err != nil:
		return found(r, err)
	}
	return c.done(w, r, userPath(u), said{Done: "recovery_sent", About: u.Username})
}
