package storagetest

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

func testRolesInUse(t *testing.T, f *fixture) {
	ctx := t.Context()
	used := func(after string, limit int) []string {
		roles, err := f.RolesInUse(ctx, after, limit)
		require.NoError(t, err)
		return roles
	}
	assert.Empty(t, used("", 10))
	var users []*account.User
	for i, list := range [][]string{nil, {"editor"}, {"editor"}, {"editor", "finance"}, {"finance", "editor"}, {"audit-2"}} {
		u := &account.User{ID: f.newID(), Subject: "s" + strconv.Itoa(i), Username: "u" + strconv.Itoa(i), Roles: list, CreatedAt: f.clock(), UpdatedAt: f.clock()}
		require.NoError(t, f.CreateUser(ctx, u))
		users = append(users, u)
	}
	f.client(t, "app")
	f.client(t, "other")
	require.NoError(t, f.AllowGroup(ctx, "app", "press"))
	require.NoError(t, f.AllowGroup(ctx, "app", "editor"))
	require.NoError(t, f.AllowGroup(ctx, "other", "editor"))
	assert.Equal(t, []string{"audit-2", "editor", "finance", "press"}, used("", 10))
	assert.Equal(t, []string{"audit-2", "editor"}, used("", 2))
	assert.Equal(t, []string{"finance", "press"}, used("editor", 2), "the next ones")
	assert.Empty(t, used("press", 2))

	of := func(role, id string) client.OfGroup {
		return client.OfGroup{Role: role, Brief: client.Brief{ID: id, Name: sampleClient(id, f.clock()).Name}}
	}
	clients, err := f.GroupClients(ctx, []string{"editor", "press"}, 10)
	require.NoError(t, err)
	assert.Equal(t, []client.OfGroup{of("editor", "app"), of("editor", "other"), of("press", "app")}, clients)
	clients, err = f.GroupClients(ctx, []string{"editor", "press"}, 1)
	require.NoError(t, err)
	assert.Equal(t, []client.OfGroup{of("editor", "app"), of("press", "app")}, clients, "the first of each")
	clients, err = f.GroupClients(ctx, nil, 1)
	require.NoError(t, err)
	assert.Empty(t, clients)

	// They follow what becomes of the users.
	users[4].Roles = []string{"finance", "night-shift"}
	require.NoError(t, f.UpdateUser(ctx, users[4]))
	users[3].Roles = nil
	require.NoError(t, f.UpdateUser(ctx, users[3]))
	require.NoError(t, f.DeleteUser(ctx, users[5].ID, f.clock()))
	assert.Equal(t, []string{"editor", "finance", "night-shift", "press"}, used("", 10))
	withRole, err := f.Users(ctx, account.Filter{Role: "finance"}, 10)
	require.NoError(t, err)
	require.Len(t, withRole, 1)
	assert.Equal(t, users[4].ID, withRole[0].ID)
}

// A user may have more roles than an index has room for in an entry.
func testManyRoles(t *testing.T, f *fixture) {
	ctx := t.Context()
	u := &account.User{ID: f.newID(), Subject: "many", Username: "many", CreatedAt: f.clock(), UpdatedAt: f.clock()}
	for range account.MostRoles {
		u.Roles = append(u.Roles, strings.Repeat(f.newID().String(), 2)[:50])
	}
	require.NoError(t, f.CreateUser(ctx, u))
	found, err := f.Users(ctx, account.Filter{Role: u.Roles[account.MostRoles-1]}, 2)
	require.NoError(t, err)
	assert.Len(t, found, 1)
}

func testClientsWithScope(t *testing.T, f *fixture) {
	ctx := t.Context()
	for id, scopes := range map[string][]string{"a": {"read"}, "b": {"read:all", "write"}, "c": {"write", "read"}} {
		c := sampleClient(id, f.clock())
		c.Scopes, c.DefaultScopes = scopes, nil
		require.NoError(t, f.CreateClient(ctx, c))
	}
	ids := func(scope string, limit int) (ids []string) {
		clients, err := f.ClientsWithScope(ctx, scope, limit)
		require.NoError(t, err)
		for _, c := range clients {
			ids = append(ids, c.ID)
		}
		return ids
	}
	assert.Equal(t, []string{"a", "c"}, ids("read", 10))
	assert.Equal(t, []string{"a"}, ids("read", 1))
	assert.Empty(t, ids("rea", 10))
}
