package storagetest

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

func testImportedUsers(t *testing.T, f *fixture) {
	ctx := t.Context()
	const many = 1000 // a batch
	users := make([]*account.User, many)
	var alike account.Alike
	for i := range users {
		users[i] = &account.User{
			ID: f.newID(), Subject: provider.RandomID(rand.Reader).String(), Username: fmt.Sprintf("user%d", i), PasswordHash: "$2b$05$x", Email: fmt.Sprintf("user%d@example.com", i),
			Roles: []string{"a"}, Profile: account.Profile{Name: "Ein Mensch – £"}, CreatedAt: f.clock().Add(-time.Hour), UpdatedAt: f.clock(),
		}
		alike.Usernames = append(alike.Usernames, users[i].Username, "x"+users[i].Username, "y"+users[i].Username)
		alike.Emails = append(alike.Emails, users[i].Email)
		alike.Subjects = append(alike.Subjects, users[i].Subject)
		alike.IDs = append(alike.IDs, users[i].ID)
	}
	none, err := f.UsersAlike(ctx, alike)
	require.NoError(t, err)
	assert.Empty(t, none)
	require.NoError(t, f.CreateUsers(ctx, users))
	found, err := f.UsersAlike(ctx, alike)
	require.NoError(t, err)
	assert.ElementsMatch(t, users, found, "each once")

	one := users[7]
	for name, a := range map[string]account.Alike{
		"name": {Usernames: []string{"nobody", one.Username}}, "email": {Emails: []string{one.Email}}, "subject": {Subjects: []string{one.Subject}}, "id": {IDs: []provider.ID{one.ID}},
	} {
		found, err := f.UsersAlike(ctx, a)
		require.NoError(t, err, name)
		assert.Equal(t, []*account.User{one}, found, name)
	}
	none, err = f.UsersAlike(ctx, account.Alike{Usernames: []string{"USER7", "user7 ", "' OR 1=1 --"}, Emails: []string{"%"}})
	require.NoError(t, err)
	assert.Empty(t, none)

	// All or none.
	fresh, taken := *one, *one
	fresh.ID, fresh.Subject, fresh.Username, fresh.Email = f.newID(), "fresh", "fresh", "fresh@example.com"
	taken.ID, taken.Subject, taken.Username = f.newID(), "taken", "taken"
	require.ErrorIs(t, f.CreateUsers(ctx, []*account.User{&fresh, &taken}), provider.ErrConflict)
	_, err = f.UserByLogin(ctx, "fresh")
	assert.ErrorIs(t, err, provider.ErrNotFound)
}

// An upgraded hash is no change of the password.
func testUpgradedPassword(t *testing.T, f *fixture) {
	ctx := t.Context()
	u := f.user(t, "alice")
	s := f.session(t, u)
	require.ErrorIs(t, f.UpgradePassword(ctx, u.ID, "another hash", "lost"), provider.ErrStale)
	back, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, u.PasswordHash, back.PasswordHash, "it was changed meanwhile")

	require.NoError(t, f.UpgradePassword(ctx, u.ID, u.PasswordHash, "upgraded"))
	back, err = f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, "upgraded", back.PasswordHash)
	assert.Equal(t, u.Generation, back.Generation)
	live, err := f.Session(ctx, s.ID)
	require.NoError(t, err, "the session goes on")
	assert.Equal(t, s.ID, live.ID)
}

func testImportedClients(t *testing.T, f *fixture) {
	ctx := t.Context()
	const many = 1000
	clients := make([]*client.Client, many)
	var ids []string
	for i := range clients {
		c := sampleClient(fmt.Sprintf("client%04d", i), f.clock())
		c.Restricted = false
		c.Secrets = []client.Secret{{ID: f.newID(), Hash: "$2b$05$x", CreatedAt: f.clock()}}
		clients[i] = c
		ids = append(ids, c.ID, "x"+c.ID)
	}
	before, _, err := f.Versions(ctx)
	require.NoError(t, err)
	require.NoError(t, f.CreateClients(ctx, clients))
	after, _, err := f.Versions(ctx)
	require.NoError(t, err)
	assert.Equal(t, before+1, after, "one change for all")
	found, err := f.ClientsByID(ctx, ids)
	require.NoError(t, err)
	assert.ElementsMatch(t, clients, found)
	one, err := f.Client(ctx, "client0007")
	require.NoError(t, err)
	assert.Equal(t, clients[7], one)
	none, err := f.ClientsByID(ctx, nil)
	require.NoError(t, err)
	assert.Empty(t, none)

	fresh, taken := sampleClient("fresh", f.clock()), sampleClient("client0000", f.clock())
	require.ErrorIs(t, f.CreateClients(ctx, []*client.Client{fresh, taken}), provider.ErrConflict)
	_, err = f.Client(ctx, "fresh")
	assert.ErrorIs(t, err, provider.ErrNotFound)
}

func testUpgradedSecret(t *testing.T, f *fixture) {
	ctx := t.Context()
	c := sampleClient("upgraded", f.clock())
	c.Secrets = []client.Secret{{ID: f.newID(), Hash: "$2b$05$x", CreatedAt: f.clock()}}
	require.NoError(t, f.CreateClient(ctx, c))
	kept := c.Secrets[0]
	before, _, err := f.Versions(ctx)
	require.NoError(t, err)
	require.ErrorIs(t, f.UpgradeSecret(ctx, kept.ID, "another hash", "lost"), provider.ErrStale)
	same, _, err := f.Versions(ctx)
	require.NoError(t, err)
	assert.Equal(t, before, same, "nothing was changed")
	require.NoError(t, f.UpgradeSecret(ctx, kept.ID, kept.Hash, "upgraded"))
	after, _, err := f.Versions(ctx)
	require.NoError(t, err)
	assert.Equal(t, before+1, after, "other servers read it again")
	back, err := f.Client(ctx, c.ID)
	require.NoError(t, err)
	assert.Equal(t, "upgraded", back.Secrets[0].Hash)
}
