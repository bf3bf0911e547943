package storagetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/account/lookalike"
	"github.com/gatehouse-id/gatehouse/storage"
)

// userNamed is a user who has nothing but a name.
func (f *fixture) userNamed(name string) *account.User {
	return &account.User{ID: f.newID(), Subject: f.newID().String(), Username: name, Roles: []string{}, CreatedAt: f.clock(), UpdatedAt: f.clock()}
}

// lookingLike is the name of the user whose name looks the same; empty: there is none.
func (f *fixture) lookingLike(t *testing.T, name string) string {
	t.Helper()
	u, err := f.UserBySkeleton(t.Context(), lookalike.Skeleton(name))
	if err != nil {
		require.ErrorIs(t, err, provider.ErrNotFound)
		return ""
	}
	return u.Username
}

// No two users have names that look the same, whichever way the second one gets the name.
func testSkeletons(t *testing.T, f *fixture) {
	ctx := t.Context()
	bob, alice := f.userNamed("bob"), f.userNamed("alice")
	require.NoError(t, f.CreateUser(ctx, bob))
	require.NoError(t, f.CreateUser(ctx, alice))
	assert.Equal(t, "bob", f.lookingLike(t, "b0b"))
	require.ErrorIs(t, f.CreateUser(ctx, f.userNamed("b0b")), provider.ErrConflict)
	require.ErrorIs(t, f.CreateUsers(ctx, []*account.User{f.userNamed("carol"), f.userNamed("bоb")}), provider.ErrConflict)
	alike, err := f.UsersAlike(ctx, account.Alike{Skeletons: []string{lookalike.Skeleton("b0b"), lookalike.Skeleton("nobody")}})
	require.NoError(t, err)
	require.Len(t, alike, 1)
	assert.Equal(t, bob.ID, alike[0].ID)
	alice.Username = "b0b"
	require.ErrorIs(t, f.UpdateUser(ctx, alice), provider.ErrConflict)
	bob.Username = "b0b"
	require.NoError(t, f.UpdateUser(ctx, bob), "it looks like the own name")
	bob.Username = "robert"
	require.NoError(t, f.UpdateUser(ctx, bob))
	require.NoError(t, f.CreateUser(ctx, f.userNamed("bob")), "the name is free")
	require.NoError(t, f.DeleteUser(ctx, bob.ID, f.clock()))
	require.NoError(t, f.CreateUser(ctx, f.userNamed("r0bert")))
}

// The previous version, which runs beside this one during an upgrade, stores names without skeletons.
// Those whose names look the same live on, and the job gives the skeleton to the first of them.
func testSkeletonsOfThePreviousVersion(t *testing.T, f *fixture) {
	ctx := t.Context()
	older := map[string]*account.User{}
	for n, name := range []string{"bob", "b0b", "zoe"} {
		older[name] = f.userNamed(fmt.Sprint("temporary", n+2))
		f.advance(1e9)
		require.NoError(t, f.CreateUser(ctx, older[name]))
		older[name].Username = name
		Exec(t, f.url, fmt.Sprintf("UPDATE users SET username = '%s', username_skeleton = NULL, skeleton_of = NULL WHERE username = 'temporary%d'", name, n+2))
	}
	assert.Empty(t, f.lookingLike(t, "bob"))
	makeAll := func() {
		t.Helper()
		require.NoError(t, storage.NewSkeletons(f.Store).Make(ctx))
	}
	makeAll()
	assert.Equal(t, "bob", f.lookingLike(t, "b0b"), "who was first")
	assert.Equal(t, "zoe", f.lookingLike(t, "z0e"))
	require.ErrorIs(t, f.CreateUser(ctx, f.userNamed("bоb")), provider.ErrConflict)
	older["b0b"].Phone = "+442071838750"
	require.NoError(t, f.UpdateUser(ctx, older["b0b"]), "what is not the name can change")
	older["b0b"].Disabled = true
	require.NoError(t, f.UpdateUser(ctx, older["b0b"]))

	require.NoError(t, f.DeleteUser(ctx, older["bob"].ID, f.clock()))
	makeAll()
	assert.Equal(t, "b0b", f.lookingLike(t, "bob"), "the second one is the first now")

	// The previous version changes a name.
	Exec(t, f.url, "UPDATE users SET username = 'ann' WHERE username = 'zoe'")
	makeAll()
	assert.Empty(t, f.lookingLike(t, "zoe"))
	assert.Equal(t, "ann", f.lookingLike(t, "ann"))
	Exec(t, f.url, "UPDATE users SET username = 'bob' WHERE username = 'ann'")
	makeAll()
	assert.Equal(t, "b0b", f.lookingLike(t, "bob"), "as before")
	assert.Empty(t, f.lookingLike(t, "ann"), "the skeleton of a name that nobody has is free")
	require.NoError(t, f.CreateUser(ctx, f.userNamed("ann")))
}

// Of many who take names that look the same at once, one gets it.
func testSkeletonRace(t *testing.T, f *fixture) {
	names := []string{"coco", "сосо", "c0c0", "coc0", "c0co"}
	var won atomic.Int32
	var wg sync.WaitGroup
	for n := range 50 {
		u := f.userNamed(names[n%len(names)])
		wg.Go(func() {
			err := f.InTx(context.WithoutCancel(t.Context()), func(ctx context.Context) error { return f.CreateUser(ctx, u) })
			if err == nil {
				won.Add(1)
				return
			}
			assert.ErrorIs(t, err, provider.ErrConflict)
		})
	}
	wg.Wait()
	assert.EqualValues(t, 1, won.Load())
}

// The job walks in batches, past those who cannot have one, and its run is bounded.
func testManySkeletons(t *testing.T, f *fixture) {
	ctx := t.Context()
	users := make([]*account.User, 0, 450)
	for n := range cap(users) {
		users = append(users, f.userNamed(fmt.Sprint("user", n)))
	}
	require.NoError(t, f.CreateUsers(ctx, users))
	Exec(t, f.url, "UPDATE users SET username_skeleton = NULL, skeleton_of = NULL")
	job := storage.NewSkeletons(f.Store).Job()
	due, err := job.Due(ctx)
	require.NoError(t, err)
	assert.True(t, due)
	require.NoError(t, job.Work(ctx))
	for _, u := range users {
		assert.Equal(t, u.Username, f.lookingLike(t, u.Username))
	}
	due, err = job.Due(ctx)
	require.NoError(t, err)
	assert.False(t, due)
}
