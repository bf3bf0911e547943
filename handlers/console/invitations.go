package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

const invitationsPath = usersPath + "/invitations"

// invitations let people register whom an administrator chose.
type invitations interface {
	Invite(ctx context.Context, actor audit.Actor, inv *account.Invitation) error
	List(ctx context.Context, after provider.ID, limit int) ([]*account.Invitation, error)
	Withdraw(ctx context.Context, actor audit.Actor, id provider.ID) error
}

// invitationsPage is the list of open invitations with the form for another one.
type invitationsPage struct {
	shell

	Invitations []*account.Invitation
	// Next is the path of the following page; empty: this is the last.
	Next string
	// Offered: people can be invited.
	Offered bool
	Fields  []formField
	Problem string
}

func (c *Console) serveInvitations(w http.ResponseWriter, r *http.Request, v *viewer) error {
	return c.writeInvitations(w, r, v, http.StatusOK, url.Values{}, nil)
}

func (c *Console) writeInvitations(w http.ResponseWriter, r *http.Request, v *viewer, status int, typed url.Values, found problems) error {
	page := invitationsPage{shell: c.shell(w, r, v, invitationsPath), Offered: c.Policy.Invitations && (c.Policy.Mail || c.Policy.SMS), Problem: found[""]}
	page.Fields = []formField{
		{Name: "contact", Label: "invitation.contact", Kind: "text", Value: typed.Get("contact"), Note: c.Policy.SMS},
		{Name: "roles", Label: "user.roles", Kind: "text", Value: typed.Get("roles"), Note: true},
		{Name: "locale", Label: "own.field.locale", Kind: "text", Value: typed.Get("locale")},
	}
	found.place(page.Fields)
	after := provider.ID{}
	if text := r.URL.Query().Get("after"); text != "" {
		var err error
		if after, err = provider.ParseID(text); err != nil {
			return noPage(r)
		}
	}
	list, err := c.Invitations.List(r.Context(), after, listed+1)
	if err != nil {
		return err
	}
	if len(list) > listed {
		list = list[:listed]
		page.Next = wire.Path(invitationsPath, url.Values{"after": {list[listed-1].ID.String()}})
	}
	page.Invitations = list
	return c.pages.For(r).Write(w, status, "invitations", page, r.URL.RequestURI())
}

// serveInvitation invites a person, or does so again: then the earlier link is worth nothing any more.
func (c *Console) serveInvitation(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	inv := &account.Invitation{Roles: typedRoles(form.Get("roles")), Locale: trimmed(form, "locale")}
	if ok, err := c.provenAbout(w, r, v, form, &account.User{Roles: inv.Roles}); !ok {
		return err
	}
	contact := trimmed(form, "contact")
	if number := account.TypedPhone(contact); strings.HasPrefix(number, "+") {
		inv.Phone = number
	} else {
		inv.Email = contact
	}
	err := c.Invitations.Invite(r.Context(), v.actor, inv)
	if errors.Is(err, notify.ErrTooMany) {
		return c.done(w, r, invitationsPath, said{Done: "too_many_messages"})
	}
	if errors.Is(err, account.ErrRegistrationOff) {
		return c.done(w, r, invitationsPath, said{Done: "invitations_off"})
	}
	if found := problemsOf(c.pages.For(r), err); found != nil {
		canonical.From(r.Context()).Outcome("invalid")
		for _, name := range []string{"phone", "email", ""} {
			if problem, is := found[name]; is {
				found["contact"] = problem
				delete(found, name)
			}
		}
		return c.writeInvitations(w, r, v, http.StatusUnprocessableEntity, form, found)
	}
	if err != nil {
		return err
	}
	return c.done(w, r, invitationsPath, said{Done: "invited", About: inv.Email + inv.Phone})
}

// serveWithdrawal makes the link of an invitation worth nothing.
func (c *Console) serveWithdrawal(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	id, err := provider.ParseID(form.Get("invitation"))
	if err != nil {
		return noPage(r)
	}
	if err := c.Invitations.Withdraw(r.Context(), v.actor, id); err != nil && !errors.Is(err, provider.ErrNotFound) {
		return err
	}
	return c.done(w, r, invitationsPath, said{Done: "invitation_withdrawn"})
}
