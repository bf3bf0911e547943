package console

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
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
	user, group := trimmed(form, "user"), trimmed(form, "group")
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
		if !registered.Restricted { // what others have ends
			ask.Kind = "access_named"
			if yes, err := c.confirmed(w, r, v, form, ask); !yes {
				return err
			}
		}
		outcome, err = c.allow(r, v, id, user, group)
	case "disallow_user":
		parsed, fault := provider.ParseID(user)
		if fault != nil {
			return c.done(w, r, back, said{Done: "nothing_changed"})
		}
		err = c.Registry.DisallowUser(r.Context(), v.actor, id, parsed)
		outcome.Done = "user_disallowed"
	case "disallow_group":
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

// allow lets a user, by user name or address, or a group use a client.
func (c *Console) allow(r *http.Request, v *viewer, id, user, group string) (said, error) {
	if group != "" {
		err := c.Registry.AllowGroup(r.Context(), v.actor, id, group)
		var bad *client.Invalid
		if errors.As(err, &bad) {
			return said{Done: "no_such_group", About: group}, nil
		}
		return said{Done: "group_allowed", About: group}, err
	}
	u, err := c.userNamed(r.Context(), user)
	if err != nil {
		return said{}, err
	}
	if u == nil {
		return said{Done: "no_such_user", About: user}, nil
	}
	return said{Done: "user_allowed", About: u.Username}, c.Registry.AllowUser(r.Context(), v.actor, id, u.ID)
}
