package storagetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// Removing the last named user does not open the client, and a removed user loses all access.
func testNamedUsers(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	f.client(t, "other")
	alice, bob := f.user(t, "alice"), f.user(t, "bob")
	issued := func(u *account.User, clientID string) *grant.Token {
		return f.refreshable(t, &grant.Grant{ClientID: clientID, UserID: u.ID, UserGeneration: u.Generation, Offline: true})
	}
	tokens := map[string]*grant.Token{"alice": issued(alice, "app"), "bob": issued(bob, "app"), "elsewhere": issued(bob, "other")}
	// Approval and refresh agree.
	may := func(clientID string, u *account.User, issuance string) bool {
		standing, err := f.Standing(ctx, u.ID, clientID)
		require.NoError(t, err)
		r, err := f.RefreshToken(ctx, tokens[issuance].ID, false)
		require.NoError(t, err)
		assert.Equal(t, standing.MayUse, r.MayUse, "%s at %s", u.Username, clientID)
		return standing.MayUse
	}
	ended := func(issuance string) bool {
		_, g, err := f.TokenWithGrant(ctx, tokens[issuance].ID)
		require.NoError(t, err)
		return g.EndedAt != nil
	}
	restricted := func() bool {
		c, err := f.Client(ctx, "app")
		require.NoError(t, err)
		return c.Restricted
	}
	assert.True(t, may("app", alice, "alice"))
	assert.False(t, restricted())

	require.NoError(t, f.AllowUser(ctx, "app", bob.ID))
	require.NoError(t, f.AllowUser(ctx, "app", bob.ID))
	assert.True(t, restricted())
	assert.False(t, may("app", alice, "alice"))
	assert.True(t, may("app", bob, "bob"))
	assert.True(t, may("other", bob, "elsewhere"))
	names, err := f.AllowedUsers(ctx, "app")
	require.NoError(t, err)
	assert.Equal(t, []string{"bob"}, names)
	require.ErrorIs(t, f.AllowUser(ctx, "nothing", bob.ID), provider.ErrNotFound)
	require.ErrorIs(t, f.AllowUser(ctx, "app", f.newID()), provider.ErrNotFound)

	require.NoError(t, f.DisallowUser(ctx, "app", bob.ID, f.clock()))
	require.ErrorIs(t, f.DisallowUser(ctx, "app", bob.ID, f.clock()), provider.ErrNotFound)
	require.ErrorIs(t, f.DisallowUser(ctx, "other", bob.ID, f.clock()), provider.ErrNotFound)
	assert.False(t, may("app", alice, "alice"), "no user is named")
	assert.False(t, may("app", bob, "bob"), "the last named user was removed")
	assert.True(t, ended("bob"))
	assert.False(t, ended("elsewhere"))
	assert.True(t, ended("alice"), "since the client is for named users")
	assert.True(t, may("other", bob, "elsewhere"), "a removal that failed restricts nothing")

	// The previous version names users without the flag.
	Exec(t, f.url, "UPDATE clients SET restricted = (1 = 0) WHERE id = 'app'")
	assert.True(t, may("app", alice, "alice"))
	Exec(t, f.url, "INSERT INTO client_users (client_id, user_id) SELECT 'app', id FROM users WHERE username = 'bob'")
	assert.False(t, may("app", alice, "alice"))
	assert.True(t, may("app", bob, "bob"))
	assert.True(t, restricted())
	c, err := f.Client(ctx, "app")
	require.NoError(t, err)
	require.NoError(t, f.UpdateClient(ctx, c))
	require.NoError(t, f.DisallowUser(ctx, "app", bob.ID, f.clock()))
	assert.False(t, may("app", bob, "bob"))

	require.NoError(t, f.AllowUser(ctx, "app", bob.ID))
	c.Restricted = false
	require.NoError(t, f.UpdateClient(ctx, c))
	assert.True(t, may("app", alice, "alice"), "open to every user")
	names, err = f.AllowedUsers(ctx, "app")
	require.NoError(t, err)
	assert.Empty(t, names)

	require.NoError(t, f.DeleteClient(ctx, "app"))
	standing, err := f.Standing(ctx, alice.ID, "app")
	require.NoError(t, err)
	assert.False(t, standing.MayUse, "a deleted client")
}

// What users have from a client ends, whoever they are; what the client has of its own, and what users
// have from others, goes on.
func testUserGrantsEnd(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	f.client(t, "other")
	alice := f.user(t, "alice")
	issued := func(clientID string, of *account.User) *grant.Token {
		g := &grant.Grant{ClientID: clientID, Offline: of != nil}
		if of != nil {
			g.UserID, g.UserGeneration = of.ID, of.Generation
		}
		return f.refreshable(t, g)
	}
	theirs, own, elsewhere := issued("app", alice), issued("app", nil), issued("other", alice)
	live := func(token *grant.Token) bool {
		_, g, err := f.TokenWithGrant(ctx, token.ID)
		require.NoError(t, err)
		return g.EndedAt == nil
	}
	require.NoError(t, f.EndUserGrants(ctx, "app", f.clock()))
	assert.Equal(t, []bool{false, true, true}, []bool{live(theirs), live(own), live(elsewhere)})
	assert.True(t, live(issued("app", alice)), "of a later sign-in")

	g := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: alice.ID, CreatedAt: f.clock()}
	require.NoError(t, f.overlap(t,
		func(ctx context.Context) error { return f.CreateGrant(ctx, g) },
		func(ctx context.Context) error {
			if _, err := f.LockClient(ctx, "app"); err != nil {
				return err
			}
			return f.EndUserGrants(ctx, "app", f.clock())
		}))
	require.ErrorIs(t, f.InsertToken(ctx, f.token(g.ID)), provider.ErrNotFound, "an approval in progress")
}

// A user approves a request while being removed from the list.
func testRemovalRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	for name, removalFirst := range map[string]bool{"alice": true, "bob": false} {
		u := f.user(t, name)
		require.NoError(t, f.AllowUser(ctx, "app", u.ID))
		g := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, CreatedAt: f.clock()}
		remove := func(ctx context.Context) error { return f.DisallowUser(ctx, "app", u.ID, f.clock()) }
		approve := func(ctx context.Context) error { return f.CreateGrant(ctx, g) }
		if removalFirst {
			require.ErrorIs(t, f.overlap(t, remove, approve), provider.ErrStale)
		} else {
			require.NoError(t, f.overlap(t, approve, remove))
		}
		require.ErrorIs(t, f.InsertToken(ctx, f.token(g.ID)), provider.ErrNotFound)
	}
}

// A user who is not named agrees to something while the client becomes one for named users:
// whichever comes first, nothing of it is left.
func testRestrictionRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	named := f.user(t, "named")
	for i, restriction := range []func(ctx context.Context, id string) error{
		func(ctx context.Context, id string) error { return f.AllowUser(ctx, id, named.ID) },
		func(ctx context.Context, id string) error {
			c, err := f.LockClient(ctx, id)
			if err != nil {
				return err
			}
			c.Restricted = true
			return f.UpdateClient(ctx, c)
		},
	} {
		for _, restrictionFirst := range []bool{true, false} {
			id := fmt.Sprint("app", i, restrictionFirst)
			f.client(t, id)
			u := f.user(t, "user-of-"+id)
			g := &grant.Grant{ID: f.newID(), ClientID: id, UserID: u.ID, CreatedAt: f.clock()}
			restrict := func(ctx context.Context) error { return restriction(ctx, id) }
			approve := func(ctx context.Context) error { return f.CreateGrant(ctx, g) }
			if restrictionFirst {
				require.ErrorIs(t, f.overlap(t, restrict, approve), provider.ErrStale, id)
			} else {
				require.NoError(t, f.overlap(t, approve, restrict), id)
			}
			require.ErrorIs(t, f.InsertToken(ctx, f.token(g.ID)), provider.ErrNotFound, id)
		}
	}
}

// A concurrent change of another field is not undone.
func testClientRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	u := f.user(t, "alice")
	require.NoError(t, f.overlap(t,
		func(ctx context.Context) error { return f.AllowUser(ctx, "app", u.ID) },
		func(ctx context.Context) error {
			c, err := f.LockClient(ctx, "app")
			if err != nil {
				return err
			}
			c.Name = "another"
			return f.UpdateClient(ctx, c)
		}))
	c, err := f.Client(ctx, "app")
	require.NoError(t, err)
	assert.Equal(t, "another", c.Name)
	assert.True(t, c.Restricted)
	_, err = f.LockClient(ctx, "nothing")
	require.ErrorIs(t, err, provider.ErrNotFound)
}
