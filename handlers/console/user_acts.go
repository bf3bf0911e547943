package console

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// serveUserState disables or enables a user.
func (c *Console) serveUserState(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	u, err := c.userOf(r)
	if err != nil {
		return err
	}
	disable := form.Get("state") == stateDisabled
	if u.ID == v.session.User.ID && disable {
		return c.done(w, r, userPath(u), said{Done: "not_yourself"})
	}
	if ok, err := c.provenAbout(w, r, v, form, u); !ok {
		return err
	}
	if _, err := c.Accounts.Change(r.Context(), v.actor, u.ID, func(u *account.User) error { u.Disabled = disable; return nil }); err != nil {
		return c.refusedOf(w, r, u, userPath(u), err)
	}
	if disable {
		return c.done(w, r, userPath(u), said{Done: "user_disabled", About: u.Username})
	}
	return c.done(w, r, userPath(u), said{Done: "user_enabled", About: u.Username})
}

// serveUserSessions ends one session of a user, or all of them.
func (c *Console) serveUserSessions(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	u, err := c.userOf(r)
	if err != nil {
		return err
	}
	if text := form.Get("session"); text != "" {
		id, err := provider.ParseID(text)
		if err != nil {
			return noPage(r)
		}
		s, err := c.Sessions.Get(r.Context(), id)
		if err == nil && s.User.ID != u.ID {
			return noPage(r)
		}
		if err == nil {
			err = c.Sessions.EndID(r.Context(), v.actor, id)
		}
		if err != nil && !errors.Is(err, provider.ErrNotFound) { // it is gone
			return err
		}
		return c.done(w, r, userPath(u), said{Done: "session_ended", About: u.Username})
	}
	if _, err := c.Sessions.EndAll(r.Context(), v.actor, u.ID); err != nil {
		return found(r, err)
	}
	return c.done(w, r, userPath(u), said{Done: "sessions_ended", About: u.Username})
}

// serveUserApps ends the access of an application to the account of a user.
func (c *Console) serveUserApps(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	u, err := c.userOf(r)
	if err != nil {
		return err
	}
	if err := c.Apps.EndFor(r.Context(), v.actor, u.ID, form.Get("client")); err != nil && !errors.Is(err, provider.ErrNotFound) {
		return err
	}
	return c.done(w, r, userPath(u), said{Done: "app_ended", About: u.Username})
}

// serveUserFactors removes a passkey of a user, or all factors.
func (c *Console) serveUserFactors(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
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
	if text := form.Get("passkey"); text != "" {
		id, err := provider.ParseID(text)
		if err != nil {
			return noPage(r)
		}
		if err := c.Passkeys.RemoveFor(r.Context(), v.actor, u.ID, id); err != nil && !errors.Is(err, provider.ErrNotFound) {
			return err
		}
		return c.done(w, r, userPath(u), said{Done: "passkey_removed", About: u.Username})
	}
	yes, err := c.confirmed(w, r, v, form, confirmation{shell: shell{Current: usersPath}, Kind: "reset_factors", Name: u.Username, Back: userPath(u)})
	if !yes {
		return err
	}
	if err := c.SecondFactors.Reset(r.Context(), v.actor, u.ID); err != nil {
		return found(r, err)
	}
	return c.done(w, r, userPath(u), said{Done: "factors_reset", About: u.Username})
}

// serveUserDeletion deletes a user at once, or has one stay who was to be deleted.
func (c *Console) serveUserDeletion(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	u, err := c.userOf(r)
	if err != nil {
		return err
	}
	if form.Get("action") == "keep" {
		if _, err := c.Accounts.Keep(r.Context(), v.actor, u.ID); err != nil {
			return found(r, err)
		}
		return c.done(w, r, userPath(u), said{Done: "user_kept", About: u.Username})
	}
	if u.ID == v.session.User.ID {
		return c.done(w, r, userPath(u), said{Done: "not_yourself"})
	}
	if ok, err := c.provenAbout(w, r, v, form, u); !ok {
		return err
	}
	yes, err := c.confirmed(w, r, v, form, confirmation{shell: shell{Current: usersPath}, Kind: "delete_user", Name: u.Username, Typed: true, Back: userPath(u)})
	if !yes {
		return err
	}
	if err := c.Accounts.Delete(r.Context(), v.actor, u.ID); err != nil {
		return c.refusedOf(w, r, u, userPath(u), err)
	}
	return c.done(w, r, usersPath, said{Done: "user_deleted", About: u.Username})
}

// refusedOf answers an act about a user that was refused. The page says so of the last administrator.
func (c *Console) refusedOf(w http.ResponseWriter, r *http.Request, u *account.User, page string, err error) error {
	if errors.Is(err, account.ErrLastAdministrator) {
		return c.done(w, r, page, said{Done: "last_administrator", About: u.Username})
	}
	return found(r, err)
}
