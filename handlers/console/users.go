package console

import (
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

const usersPath = Path + "/users"

// listed is how many rows a page of a list has.
const listed = 50

// usersPage is the list of users.
type usersPage struct {
	shell

	Users []*account.User
	// Search, Role and State are the filter, as it was typed.
	Search, Role, State string
	Filtered            bool
	// NoRole: what was typed can be no role.
	NoRole bool
	// Next is the path of the following page; empty: this is the last.
	Next string
}

// The states of users, clients and webhooks in filters and forms.
const (
	stateActive   = "active"
	stateDisabled = "disabled"
	stateDeleting = "deleting"
)

func (c *Console) serveUsers(w http.ResponseWriter, r *http.Request, v *viewer) error {
	query := r.URL.Query()
	page := usersPage{shell: c.shell(w, r, v, usersPath), Search: trimmed(query, "search"), Role: trimmed(query, "role"), State: query.Get("state")}
	of := account.Filter{Search: page.Search, After: query.Get("after")}
	if of.Role = page.Role; of.Role != "" && !provider.ValidRole(of.Role) { // nobody has it, and the list would be of all
		page.NoRole, page.Filtered = true, true
		return c.pages.For(r).Write(w, http.StatusUnprocessableEntity, "users", page, r.URL.RequestURI())
	}
	yes, no := true, false
	switch page.State {
	case stateActive:
		of.Disabled, of.Deleting = &no, &no
	case stateDisabled:
		of.Disabled = &yes
	case stateDeleting:
		of.Deleting = &yes
	default:
		page.State = ""
	}
	page.Filtered = page.Search != "" || page.Role != "" || page.State != ""
	users, err := c.Users.Users(r.Context(), of, listed+1)
	if err != nil {
		return err
	}
	if len(users) > listed {
		users = users[:listed]
		page.Next = wire.Path(usersPath, url.Values{"search": {page.Search}, "role": {page.Role}, "state": {page.State}, "after": {of.Position(users[listed-1])}})
	}
	page.Users = users
	return c.pages.For(r).Write(w, http.StatusOK, "users", page, r.URL.RequestURI())
}
