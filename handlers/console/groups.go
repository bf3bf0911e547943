package console

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/handlers/wire"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

const groupsPath = Path + "/groups"

// fewClients is how many clients of each group the list of groups names.
const fewClients = 5

// roles tells which roles are in use, and by which clients.
type roles interface {
	RolesInUse(ctx context.Context, after string, limit int) ([]string, error)
	GroupClients(ctx context.Context, roles []string, each int) ([]client.OfGroup, error)
}

// group is a role with the clients that are restricted to it.
type group struct {
	Role    string
	Clients []client.OfGroup
}

// Known: the role means something to this server.
func (g group) Known() bool { return g.Role == account.RoleAdmin || g.Role == account.RoleAuditor }

// groupsPage is the list of roles in use.
type groupsPage struct {
	shell

	Roles []group
	// Name is what was typed of a group to open.
	Name string
	// Next is the path of the following page; empty: this is the last.
	Next string
}

func (c *Console) serveGroups(w http.ResponseWriter, r *http.Request, v *viewer) error {
	page := groupsPage{shell: c.shell(w, r, v, groupsPath), Name: strings.TrimSpace(r.URL.Query().Get("name"))}
	if provider.ValidRole(page.Name) { // also one that nobody has yet
		wire.SeeOther(w, groupsPath+"/"+page.Name, nil)
		return nil
	}
	after := r.URL.Query().Get("after")
	used, err := c.Roles.RolesInUse(r.Context(), after, listed+1)
	if err != nil {
		return err
	}
	if len(used) > listed {
		used = used[:listed]
		page.Next = wire.Path(groupsPath, url.Values{"after": {used[listed-1]}})
	}
	used = slices.DeleteFunc(used, func(role string) bool {
		return role == client.Everyone || role == account.RoleAdmin || role == account.RoleAuditor || !provider.ValidRole(role)
	})
	if after == "" {
		used = append([]string{account.RoleAdmin, account.RoleAuditor}, used...)
	}
	clients, err := c.Roles.GroupClients(r.Context(), used, fewClients+1)
	if err != nil {
		return err
	}
	byRole := map[string][]client.OfGroup{}
	for _, one := range clients {
		byRole[one.Role] = append(byRole[one.Role], one)
	}
	for _, role := range used {
		page.Roles = append(page.Roles, group{role, byRole[role]})
	}
	return c.pages.For(r).Write(w, http.StatusOK, "groups", page, r.URL.RequestURI())
}

// groupPage is the page about a group.
type groupPage struct {
	shell
	group

	Users []*account.User
	// Next is the path of the following page; empty: this is the last.
	Next   string
	Fields []formField
}

func (c *Console) serveGroup(w http.ResponseWriter, r *http.Request, v *viewer) error {
	return c.writeGroup(w, r, v, http.StatusOK, "", nil)
}

func (c *Console) writeGroup(w http.ResponseWriter, r *http.Request, v *viewer, status int, typed string, found problems) error {
	role, err := roleOf(r)
	if err != nil {
		return err
	}
	page := groupPage{shell: c.shell(w, r, v, groupsPath), group: group{Role: role}, Fields: []formField{{Name: "user", Label: "group.user", Kind: "text", Value: typed, Note: true}}}
	found.place(page.Fields)
	if page.Clients, err = c.Roles.GroupClients(r.Context(), []string{role}, listed); err != nil {
		return err
	}
	of := account.Filter{Role: role, After: r.URL.Query().Get("after")}
	if page.Users, err = c.Users.Users(r.Context(), of, listed+1); err != nil {
		return err
	}
	if len(page.Users) > listed {
		page.Users = page.Users[:listed]
		page.Next = wire.Path(groupPath(role), url.Values{"after": {of.Position(page.Users[listed-1])}})
	}
	return c.pages.For(r).Write(w, status, "group", page, groupPath(role))
}

// roleOf is the role of the path.
func roleOf(r *http.Request) (string, error) {
	role := mux.Vars(r)["role"]
	if !provider.ValidRole(role) {
		return "", noPage(r)
	}
	return role, nil
}

func groupPath(role string) string { return groupsPath + "/" + role }

// serveGroupMember gives a user the role.
func (c *Console) serveGroupMember(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	role, err := roleOf(r)
	if err != nil {
		return err
	}
	if ok, err := c.provenAbout(w, r, v, form, &account.User{Roles: []string{role}}); !ok {
		return err
	}
	typed := trimmed(form, "user")
	u, err := c.userNamed(r.Context(), typed)
	if err != nil {
		return err
	}
	if u == nil {
		canonical.From(r.Context()).Outcome("invalid")
		return c.writeGroup(w, r, v, http.StatusUnprocessableEntity, typed, problems{"user": c.pages.For(r).Text("group.no_user")})
	}
	_, err = c.Accounts.Change(r.Context(), v.actor, u.ID, func(u *account.User) error {
		if !slices.Contains(u.Roles, role) {
			u.Roles = append(slices.Clone(u.Roles), role)
		}
		return nil
	})
	if wrong := problemsOf(c.pages.For(r), err); wrong != nil { // such as of a user from before a rule
		canonical.From(r.Context()).Outcome("invalid")
		first := slices.Sorted(maps.Keys(wrong))[0]
		return c.writeGroup(w, r, v, http.StatusUnprocessableEntity, typed, problems{"user": wrong[first]})
	}
	if err != nil {
		return found(r, err)
	}
	return c.done(w, r, groupPath(role), said{Done: "role_given", About: u.Username})
}

// serveGroupRemoval takes the role from a user, and what the role opened.
func (c *Console) serveGroupRemoval(w http.ResponseWriter, r *http.Request, v *viewer, form url.Values) error {
	role, err := roleOf(r)
	if err != nil {
		return err
	}
	id, err := provider.ParseID(form.Get("user"))
	if err != nil {
		return noPage(r)
	}
	if id == v.session.User.ID && role == account.RoleAdmin {
		return c.done(w, r, groupPath(role), said{Done: "not_yourself"})
	}
	if ok, err := c.provenAbout(w, r, v, form, &account.User{Roles: []string{role}}); !ok {
		return err
	}
	var of account.User
	u, err := c.Accounts.Change(r.Context(), v.actor, id, func(u *account.User) error {
		of = *u
		u.Roles = slices.DeleteFunc(slices.Clone(u.Roles), func(has string) bool { return has == role })
		return nil
	})
	if err != nil {
		return c.refusedOf(w, r, &of, groupPath(role), err)
	}
	return c.done(w, r, groupPath(role), said{Done: "role_taken", About: u.Username})
}
