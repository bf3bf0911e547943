package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
)

// Who may change users, and not everything else, can neither make an administrator nor take one over; and an auditor, who
// sees everything, neither.
func TestActorsManageUsersWithinTheirScopes(t *testing.T) {
	t.Parallel()
	users := []string{audit.ReadScope("users"), audit.WriteScope("users")}
	for role, needed := range map[string][]string{account.RoleAdmin: audit.AllScopes(), account.RoleAuditor: append(audit.ReadScopes(), audit.WriteScope("users"))} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			ctx := t.Context()
			root := audit.Actor{Kind: audit.ClientActor, ID: "root", Scopes: needed}
			support := audit.Actor{Kind: audit.ClientActor, ID: "support", Scopes: users}
			require.ErrorIs(t, f.users.Create(ctx, support, &account.User{Username: "mallory", Roles: []string{role}}, ""), audit.ErrForbidden)
			viewer := &account.User{Username: "root", Email: "root@example.com", Roles: []string{role}}
			require.NoError(t, f.users.Create(ctx, root, viewer, "looking-glass"))
			require.NoError(t, f.users.Create(ctx, audittest.Operator(), &account.User{Username: "other", Roles: []string{account.RoleAdmin}}, ""), "who stays")
			alice, err := f.users.Find(ctx, "alice")
			require.NoError(t, err)
			for name, change := range map[string]func(u *account.User) error{
				"email":    func(u *account.User) error { u.Email = "mallory@example.com"; return nil },
				"disabled": func(u *account.User) error { u.Disabled = true; return nil },
				"roles":    func(u *account.User) error { u.Roles = nil; return nil },
			} {
				_, err := f.users.Change(ctx, support, viewer.ID, change)
				require.ErrorIs(t, err, audit.ErrForbidden, name)
			}
			_, err = f.users.Change(ctx, support, alice.ID, func(u *account.User) error { u.Roles = []string{"editor", role}; return nil })
			require.ErrorIs(t, err, audit.ErrForbidden)
			_, err = f.users.SetPasswordOf(ctx, support, viewer.ID, "through-the-glass")
			require.ErrorIs(t, err, audit.ErrForbidden)
			require.ErrorIs(t, f.users.Delete(ctx, support, viewer.ID), audit.ErrForbidden)
			_, err = f.users.DeleteAfter(ctx, support, viewer.ID, time.Hour)
			require.ErrorIs(t, err, audit.ErrForbidden)
			_, err = f.users.Keep(ctx, support, viewer.ID)
			require.ErrorIs(t, err, audit.ErrForbidden)
			require.ErrorIs(t, f.selfService(t, false).SendRecovery(ctx, support, viewer.ID), audit.ErrForbidden)
			results, err := f.users.Import(f.store, support, false).Add(ctx, []*account.User{{Username: "imported", Roles: []string{role}}}, nil)
			require.NoError(t, err)
			require.ErrorIs(t, results[0], audit.ErrForbidden)
			_, err = f.verify(t, "root", "looking-glass")
			require.NoError(t, err, "nothing has changed")

			_, err = f.users.Change(ctx, support, alice.ID, func(u *account.User) error { u.Roles = []string{"editor"}; return nil })
			require.NoError(t, err, "roles of applications")
			_, err = f.users.Change(ctx, root, viewer.ID, func(u *account.User) error { u.Roles = nil; return nil })
			require.NoError(t, err)
			require.NoError(t, f.users.Delete(ctx, support, viewer.ID), "no administrator or auditor any more")
		})
	}
}

// A change that changes nothing is neither stored nor recorded: its ETag stays good.
func TestUnchangedUsersKeepTheirVersion(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	before, err := f.users.Find(t.Context(), "alice")
	require.NoError(t, err)
	after, err := f.users.Change(t.Context(), audittest.Operator(), before.ID, func(u *account.User) error { u.Username = "ALICE"; return nil })
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

// A name that is the id of another user, perhaps of one who was deleted, would lead an operator to its
// owner.
func TestNoUserIsFoundByANameThatIsAUUID(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	alice, err := f.users.Find(ctx, "alice")
	require.NoError(t, err)
	upper := strings.ToUpper(alice.ID.String())
	for _, name := range []string{alice.ID.String(), upper, strings.ReplaceAll(alice.Subject, "-", "")} {
		require.ErrorIs(t, f.users.Create(ctx, audittest.Operator(), &account.User{Username: name}, ""), account.ErrUsername)
		_, err := f.users.Update(ctx, audittest.Operator(), "alice", func(u *account.User) { u.Username = name })
		require.ErrorContains(t, err, "a user name is no UUID")
	}
	now := time.Now()
	older := &account.User{ID: provider.ID{9}, Subject: "older", Username: alice.ID.String(), CreatedAt: now, UpdatedAt: now}
	require.NoError(t, f.store.CreateUser(ctx, older))
	found, err := f.users.Find(ctx, alice.ID.String())
	require.NoError(t, err)
	assert.Equal(t, alice.ID, found.ID)
	require.NoError(t, f.users.Delete(ctx, audittest.Operator(), alice.ID))
	for _, who := range []string{alice.ID.String(), upper} {
		_, err = f.users.Find(ctx, who)
		require.ErrorIs(t, err, provider.ErrNotFound)
	}
	_, err = f.users.Update(ctx, audittest.Operator(), older.ID.String(), func(u *account.User) { u.Username = "older" })
	require.NoError(t, err)
}
