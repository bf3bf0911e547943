package storagetest

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

func testRolesInUse(t *testing.T, f *fixture) {
	ctx := t.Context()
	roles, err := f.RolesInUse(ctx, 10)
	require.NoError(t, err)
	assert.Empty(t, roles)
	for i, list := range [][]string{nil, {"editor"}, {"editor"}, {"editor", "finance"}, {"finance", "editor"}, {"audit-2"}} {
		u := &account.User{ID: f.newID(), Subject: "s" + strconv.Itoa(i), Username: "u" + strconv.Itoa(i), Roles: list, CreatedAt: f.clock(), UpdatedAt: f.clock()}
		require.NoError(t, f.CreateUser(ctx, u))
	}
	f.client(t, "app")
	f.client(t, "other")
	require.NoError(t, f.AllowGroup(ctx, "app", "press"))
	require.NoError(t, f.AllowGroup(ctx, "app", "editor"))
	require.NoError(t, f.AllowGroup(ctx, "other", "editor"))
	roles, err = f.RolesInUse(ctx, 10)
	require.NoError(t, err)
	assert.Equal(t, []string{"audit-2", "editor", "finance", "press"}, roles)
	roles, err = f.RolesInUse(ctx, 1)
	require.NoError(t, err)
	assert.Equal(t, []string{"audit-2", "editor"}, roles, "the first list of users, and the first group of clients")

	of := func(role, id string) client.OfGroup {
		return client.OfGroup{Role: role, Brief: client.Brief{ID: id, Name: sampleClient(id, f.clock()).Name}}
	}
	clients, err := f.GroupClients(ctx, 10)
	require.NoError(t, err)
	assert.Equal(t, []client.OfGroup{of("editor", "app"), of("editor", "other"), of("press", "app")}, clients)
	clients, err = f.GroupClients(ctx, 1)
	require.NoError(t, err)
	assert.Len(t, clients, 1)
	clients, err = f.ClientsOfGroup(ctx, "editor", 1)
	require.NoError(t, err)
	assert.Equal(t, []client.OfGroup{of("editor", "app")}, clients)
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
