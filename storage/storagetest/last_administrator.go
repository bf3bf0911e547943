package storagetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
)

// administrator is an actor as a user with the role is.
func administrator(id string) audit.Actor {
	return audit.Actor{Kind: audit.UserActor, ID: id, Scopes: audit.AllScopes()}
}

// Nobody is left without an administrator by a mistake, whichever way it is made.
func testLastAdministrator(t *testing.T, f *fixture) {
	ctx, s := t.Context(), f.selfService(t, nil)
	registry, root := s.registry, administrator("root")
	last := &account.User{Username: "last", Roles: []string{"editor", account.RoleAdmin}}
	require.NoError(t, registry.Create(ctx, audittest.Operator(), last, ""))
	for name, roles := range map[string][]string{"one": {"administrator"}, "two": {"sub-admin", "admins"}} {
		require.NoError(t, registry.Create(ctx, audittest.Operator(), &account.User{Username: name, Roles: roles}, ""))
	}
	spare := &account.User{Username: "spare", Roles: []string{account.RoleAdmin}}
	require.NoError(t, registry.Create(ctx, audittest.Operator(), spare, ""))
	change := func(u *account.User, actor audit.Actor, how func(u *account.User)) error {
		_, err := registry.Change(ctx, actor, u.ID, func(u *account.User) error { how(u); return nil })
		return err
	}
	refused := func(name string) {
		t.Helper()
		require.ErrorIs(t, change(last, root, func(u *account.User) { u.Roles = []string{"editor"} }), account.ErrLastAdministrator, name)
		require.ErrorIs(t, change(last, root, func(u *account.User) { u.Disabled = true }), account.ErrLastAdministrator, name)
		require.ErrorIs(t, registry.Delete(ctx, root, last.ID), account.ErrLastAdministrator, name)
		_, err := registry.DeleteAfter(ctx, root, last.ID, time.Hour)
		require.ErrorIs(t, err, account.ErrLastAdministrator, name)
		known, err := f.User(ctx, last.ID)
		require.NoError(t, err)
		_, err = s.RequestDeletion(ctx, known, time.Hour)
		require.ErrorIs(t, err, account.ErrLastAdministrator, name)
		require.NoError(t, change(last, root, func(u *account.User) { u.Profile.Name = name }), "what leaves the role")
	}
	require.NoError(t, change(spare, root, func(u *account.User) { u.Disabled = true }))
	refused("the other is disabled")
	require.NoError(t, change(spare, root, func(u *account.User) { u.Disabled = false }))
	_, err := registry.DeleteAfter(ctx, root, spare.ID, time.Hour)
	require.NoError(t, err)
	refused("the other is to be deleted")
	_, err = registry.Keep(ctx, root, spare.ID)
	require.NoError(t, err)
	require.NoError(t, registry.Delete(ctx, root, spare.ID))
	refused("the other is gone")
	require.NoError(t, change(last, audittest.Operator(), func(u *account.User) { u.Roles = nil }), "the command line is the way back")
	require.NoError(t, change(last, audittest.Operator(), func(u *account.User) { u.Roles = []string{account.RoleAdmin} }))
	program := audit.Actor{Kind: audit.ClientActor, ID: "terraform", Scopes: audit.AllScopes()}
	require.NoError(t, registry.Delete(ctx, program, last.ID), "a client administers the server itself")
}

// Of administrators who remove one another at once one stays.
func testLastAdministratorRace(t *testing.T, f *fixture) {
	ctx, registry := t.Context(), f.selfService(t, nil).registry
	const many = 8
	var all [many]*account.User
	for i := range all {
		all[i] = &account.User{Username: fmt.Sprintf("root-%d", i), Roles: []string{account.RoleAdmin}}
		require.NoError(t, registry.Create(ctx, audittest.Operator(), all[i], ""))
	}
	var group sync.WaitGroup
	var removed atomic.Int32
	for i := range all {
		group.Go(func() {
			other := all[(i+1)%many]
			_, err := registry.Change(ctx, administrator(all[i].ID.String()), other.ID, func(u *account.User) error { u.Roles = nil; return nil })
			if err == nil {
				removed.Add(1)
			} else {
				assert.ErrorIs(t, err, account.ErrLastAdministrator)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, many-1, removed.Load())
}
