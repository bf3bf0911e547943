package storagetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// access is what users have from clients, and whether they may have more.
type access struct {
	*fixture

	tokens map[string]*grant.Token // by user and client
	users  map[string]*account.User
}

func (f *fixture) access(t *testing.T, clients []string, roles map[string][]string) *access {
	t.Helper()
	a := &access{f, map[string]*grant.Token{}, map[string]*account.User{}}
	for _, id := range clients {
		f.client(t, id)
	}
	for name, has := range roles {
		u := f.userNamed(name)
		u.Roles = has
		require.NoError(t, f.CreateUser(t.Context(), u))
		a.users[name] = u
		for _, id := range clients {
			a.issue(t, name, id)
		}
	}
	return a
}

// issue gives a client something in the name of a user.
func (a *access) issue(t *testing.T, name, clientID string) {
	t.Helper()
	u, err := a.User(t.Context(), a.users[name].ID)
	require.NoError(t, err)
	a.tokens[name+" "+clientID] = a.refreshable(t, &grant.Grant{ClientID: clientID, UserID: u.ID, UserGeneration: u.Generation, Offline: true})
}

// is checks who may use a client, and who still has something from it. Approval and refresh agree.
func (a *access) is(t *testing.T, clientID string, want map[string][2]bool) {
	t.Helper()
	for name, wanted := range want {
		standing, err := a.Standing(t.Context(), a.users[name].ID, clientID)
		require.NoError(t, err)
		r, err := a.RefreshToken(t.Context(), a.tokens[name+" "+clientID].ID, true)
		require.NoError(t, err)
		assert.Equal(t, standing.MayUse, r.MayUse, "%s at %s", name, clientID)
		_, g, err := a.TokenWithGrant(t.Context(), a.tokens[name+" "+clientID].ID)
		require.NoError(t, err)
		assert.Equal(t, wanted, [2]bool{standing.MayUse, g.EndedAt == nil}, "%s at %s: may use it, and has something", name, clientID)
	}
}

// setRoles gives a user these roles and no others.
func (f *fixture) setRoles(ctx context.Context, id provider.ID, roles ...string) error {
	u, err := f.LockUser(ctx, id)
	if err != nil {
		return err
	}
	u.Roles, u.UpdatedAt = roles, f.clock()
	return f.UpdateUser(ctx, u)
}

// The users of the groups of a client may use it, and those who are named. What others have ends at once.
func testGroups(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.access(t, []string{"app", "other"}, map[string][]string{
		"ann": {"editor"}, "bob": {"reader", "editor"}, "cem": {"reader"}, "dan": {}, "eve": {"editor-in-chief", "co-editor"},
	})
	yes, no, may := [2]bool{true, true}, [2]bool{false, false}, [2]bool{true, false}
	a.is(t, "app", map[string][2]bool{"ann": yes, "dan": yes})

	require.NoError(t, f.AllowGroup(ctx, "app", "editor"))
	require.NoError(t, f.AllowGroup(ctx, "app", "editor"))
	a.is(t, "app", map[string][2]bool{"ann": yes, "bob": yes, "cem": no, "dan": no, "eve": no})
	a.is(t, "other", map[string][2]bool{"ann": yes, "dan": yes})
	groups, err := f.AllowedGroups(ctx, "app")
	require.NoError(t, err)
	assert.Equal(t, []string{"editor"}, groups)
	c, err := f.Client(ctx, "app")
	require.NoError(t, err)
	assert.True(t, c.Restricted)
	require.ErrorIs(t, f.AllowGroup(ctx, "nothing", "editor"), provider.ErrNotFound)
	require.ErrorIs(t, f.DisallowGroup(ctx, "app", "reader"), provider.ErrNotFound)
	require.ErrorIs(t, f.DisallowGroup(ctx, "other", "editor"), provider.ErrNotFound)
	a.is(t, "other", map[string][2]bool{"dan": yes})

	// A role that is given opens, one that is taken ends what it opened, another one does not.
	require.NoError(t, f.setRoles(ctx, a.users["dan"].ID, "editor"))
	a.is(t, "app", map[string][2]bool{"dan": may})
	a.issue(t, "dan", "app")
	require.NoError(t, f.setRoles(ctx, a.users["bob"].ID, "editor"))
	a.is(t, "app", map[string][2]bool{"bob": yes, "dan": yes})
	require.NoError(t, f.setRoles(ctx, a.users["dan"].ID, "reader"))
	a.is(t, "app", map[string][2]bool{"ann": yes, "dan": no})
	a.is(t, "other", map[string][2]bool{"dan": yes})

	for name, ask := range map[string]func() error{
		"sign-in": func() error { _, err := f.Standing(ctx, a.users["ann"].ID, "app"); return err },
		"refresh": func() error { _, err := f.RefreshToken(ctx, a.tokens["ann app"].ID, true); return err },
		"approval": func() error {
			return f.CreateGrant(ctx, &grant.Grant{ID: f.newID(), ClientID: "app", UserID: a.users["ann"].ID, CreatedAt: f.clock()})
		},
	} {
		before := f.statements.Load()
		require.NoError(t, ask(), name)
		assert.EqualValues(t, 1, f.statements.Load()-before, name)
	}

	// Who is named, or is in two groups, keeps it.
	require.NoError(t, f.AllowUser(ctx, "app", a.users["ann"].ID))
	require.NoError(t, f.AllowGroup(ctx, "app", "author"))
	require.NoError(t, f.setRoles(ctx, a.users["bob"].ID, "editor", "author"))
	require.NoError(t, f.DisallowGroup(ctx, "app", "editor"))
	a.is(t, "app", map[string][2]bool{"ann": yes, "bob": yes, "eve": no})
	require.NoError(t, f.setRoles(ctx, a.users["ann"].ID))
	a.is(t, "app", map[string][2]bool{"ann": yes})
	require.NoError(t, f.setRoles(ctx, a.users["ann"].ID, "author"))
	require.NoError(t, f.DisallowUser(ctx, "app", a.users["ann"].ID, f.clock()))
	a.is(t, "app", map[string][2]bool{"ann": yes})

	// Without the last group nobody may use it. The group of all users opens it again.
	require.NoError(t, f.DisallowGroup(ctx, "app", "author"))
	a.is(t, "app", map[string][2]bool{"ann": no, "bob": no, "cem": no})
	require.NoError(t, f.AllowGroup(ctx, "app", client.Everyone))
	a.is(t, "app", map[string][2]bool{"ann": may, "bob": may, "cem": may})
	a.issue(t, "cem", "app")
	require.NoError(t, f.AllowGroup(ctx, "app", "editor"))
	require.NoError(t, f.setRoles(ctx, a.users["cem"].ID))
	a.is(t, "app", map[string][2]bool{"cem": yes})
	require.NoError(t, f.DisallowGroup(ctx, "app", client.Everyone))
	a.is(t, "app", map[string][2]bool{"ann": no, "cem": no})

	require.NoError(t, f.DeleteClient(ctx, "app"))
	groups, err = f.AllowedGroups(ctx, "app")
	require.NoError(t, err)
	assert.Empty(t, groups)
}

// A client that is opened to all users forgets its groups, whichever version opens it.
func testForgottenGroups(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.access(t, []string{"app"}, map[string][]string{"ann": {"editor"}, "bob": {"reader"}, "dan": {}})
	open := func() {
		t.Helper()
		c, err := f.Client(ctx, "app")
		require.NoError(t, err)
		c.Restricted = false
		require.NoError(t, f.UpdateClient(ctx, c))
	}
	require.NoError(t, f.AllowGroup(ctx, "app", "editor"))
	open()
	require.NoError(t, f.AllowUser(ctx, "app", a.users["bob"].ID))
	a.is(t, "app", map[string][2]bool{"ann": {false, false}, "bob": {true, false}, "dan": {false, false}})
	for _, restrict := range []func() error{
		func() error { return f.AllowGroup(ctx, "app", "reader") },
		func() error { return f.AllowUser(ctx, "app", a.users["bob"].ID) },
		func() error {
			c, err := f.Client(ctx, "app")
			require.NoError(t, err)
			c.Restricted = true
			return f.UpdateClient(ctx, c)
		},
	} {
		require.NoError(t, f.AllowGroup(ctx, "app", "editor"))
		// What the previous version does, which does not know the table.
		Exec(t, f.url, "UPDATE clients SET restricted = (1 = 0) WHERE id = 'app'")
		Exec(t, f.url, "DELETE FROM client_users WHERE client_id = 'app'")
		a.is(t, "app", map[string][2]bool{"ann": {true, false}, "dan": {true, false}})
		groups, err := f.AllowedGroups(ctx, "app")
		require.NoError(t, err)
		assert.Empty(t, groups, "it is open")
		require.NoError(t, restrict())
		standing, err := f.Standing(ctx, a.users["ann"].ID, "app")
		require.NoError(t, err)
		assert.False(t, standing.MayUse, "the group of before")
		open()
	}
}

// A user approves a request while a group is taken from the client, or the role from the user: whichever
// comes first, nothing of it is left.
func testGroupRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	for name, take := range map[string]func(ctx context.Context, id provider.ID) error{
		"group": func(ctx context.Context, _ provider.ID) error { return f.DisallowGroup(ctx, "app", "editor") },
		"role":  func(ctx context.Context, id provider.ID) error { return f.setRoles(ctx, id) },
	} {
		for first, takenFirst := range map[string]bool{"taken": true, "approved": false} {
			f.client(t, "app")
			require.NoError(t, f.AllowGroup(ctx, "app", "editor"))
			u := f.userNamed(name + "-" + first)
			u.Roles = []string{"editor"}
			require.NoError(t, f.CreateUser(ctx, u))
			g := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, CreatedAt: f.clock()}
			taking := func(ctx context.Context) error { return take(ctx, u.ID) }
			approve := func(ctx context.Context) error { return f.CreateGrant(ctx, g) }
			if takenFirst {
				require.ErrorIs(t, f.overlap(t, taking, approve), provider.ErrStale, name)
			} else {
				require.NoError(t, f.overlap(t, approve, taking), name)
			}
			require.ErrorIs(t, f.InsertToken(ctx, f.token(g.ID)), provider.ErrNotFound, name)
			require.NoError(t, f.DeleteClient(ctx, "app"))
		}
	}
}

// One of two groups is taken from a client while the role of the other one is taken from a user: neither
// change takes the other group for a reason to leave what the user has.
func testGroupAndRoleRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	for n, roleFirst := range []bool{true, false} {
		id, name := []string{"first", "second"}[n], []string{"ann", "bob"}[n]
		a := f.access(t, []string{id}, map[string][]string{name: {"author", "editor"}})
		require.NoError(t, f.AllowGroup(ctx, id, "author"))
		require.NoError(t, f.AllowGroup(ctx, id, "editor"))
		a.is(t, id, map[string][2]bool{name: {true, true}})
		role := func(ctx context.Context) error { return f.setRoles(ctx, a.users[name].ID, "editor") }
		group := func(ctx context.Context) error { return f.DisallowGroup(ctx, id, "editor") }
		if roleFirst {
			require.NoError(t, f.overlap(t, role, group))
		} else {
			require.NoError(t, f.overlap(t, group, role))
		}
		a.is(t, id, map[string][2]bool{name: {false, false}})
	}
}
