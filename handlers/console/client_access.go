package console

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// serveClientAccess changes who may use a client: everyone, or named users and groups.
func (c *Console) serveClientAccess(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	registered, err := c.clientOf(r)
	if err != nil {
		return err
	}
	id, back := registered.ID, clientPath(registered.ID)
	ask := confirmation{shell: shell{Current: clientsPath}, Name: registered.Name, Back: back + "#access", With: url.Values{}}
	for _, field := range []string{"action", "user", "group"} {
		if form.Has(field) {
			ask.With.Set(field, form.Get(field))
		}
	}
	outcome := said{Done: "access_changed", About: registered.Name}
	switch action := form.Get("action"); action {
	case "everyone", "named":
		if registered.Restricted == (action == "named") {
			return c.done(w, r, back, outcome)
		}
		// Names are forgotten, or access ends.
		ask.Kind = "access_" + action
		if yes, err := c.confirmed(w, r, v, form, ask); !yes {
			return err
		}
		_, err = c.Registry.Update(r.Context(), v.actor, id, func(c *client.Client) error { c.Restricted = action == "named"; return nil })
	case "allow":
		access, err := c.access(r, form)
		if err != nil {
			return err
		}
		if access.wrong() {
			canonical.From(r.Context()).Outcome("invalid")
			return c.writeClient(w, r, v, http.StatusUnprocessableEntity, registered, func(p *clientPage) { p.Access = access })
		}
		switch {
		case access.nobody && registered.Restricted:
			ask.Kind, ask.Name = "access_nobody", access.Group
		case access.nobody: // and what all have ends
			ask.Kind, ask.Name = "access_only_nobody", access.Group
		case !registered.Restricted: // what others have ends
			ask.Kind = "access_named"
		}
		if ask.Kind != "" {
			if yes, err := c.confirmed(w, r, v, form, ask); !yes {
				return err
			}
		}
		return c.allow(w, r, v, registered, access)
	case "disallow_user":
		parsed, notID := provider.ParseID(form.Get("user"))
		if notID != nil {
			return c.done(w, r, back, said{Done: "nothing_changed"})
		}
		err = c.Registry.DisallowUser(r.Context(), v.actor, id, parsed)
		outcome.Done = "user_disallowed"
	case "disallow_group":
		group := trimmed(form, "group")
		err = c.Registry.DisallowGroup(r.Context(), v.actor, id, group)
		outcome = said{Done: "group_disallowed", About: group}
	default:
		return c.done(w, r, back, said{Done: "nothing_changed"})
	}
	if err != nil && !errors.Is(err, provider.ErrNotFound) {
		return err
	}
	return c.done(w, r, back, outcome)
}

// accessForm is what was typed of who may use a client, with what is wrong.
type accessForm struct {
	User, Group           string
	UserFault, GroupFault string

	// user has been found, and nobody has the role of the group.
	user   *account.User
	nobody bool
}

func (f accessForm) wrong() bool { return f.UserFault != "" || f.GroupFault != "" }

// access reads the form that allows a user, by user name or address, or a group.
func (c *Console) access(r *http.Request, form url.Values) (f accessForm, err error) {
	in := c.pages.For(r)
	f = accessForm{User: trimmed(form, "user"), Group: trimmed(form, "group")}
	switch {
	case f.Group == client.Everyone:
	case f.Group != "" && !provider.ValidRole(f.Group), form.Has("group") && f.Group == "":
		f.GroupFault = faultText(in, fault.New(fault.Group, "everyone", client.Everyone))
	case f.Group != "":
		users, err := c.Users.Users(r.Context(), account.Filter{Role: f.Group}, 1)
		f.nobody = len(users) == 0
		return f, err
	default:
		if f.user, err = c.userNamed(r.Context(), f.User); f.user == nil {
			f.UserFault = in.Text("group.no_user")
		}
	}
	return f, err
}

func (c *Console) allow(w http.ResponseWriter, r *http.Request, v *viewer, registered *client.Client, f accessForm) error {
	outcome := said{Done: "group_allowed", About: f.Group}
	var err error
	if f.user != nil {
		outcome = said{Done: "user_allowed", About: f.user.Username}
		err = c.Registry.AllowUser(r.Context(), v.actor, registered.ID, f.user.ID)
	} else {
		err = c.Registry.AllowGroup(r.Context(), v.actor, registered.ID, f.Group)
	}
	if err != nil {
		return found(r, err)
	}
	return c.done(w, r, clientPath(registered.ID), outcome)
}
