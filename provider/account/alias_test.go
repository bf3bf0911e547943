package account_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
)

func TestNamesOfEveryScriptCanSignIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, typed := range map[string]string{"οδυσσευς": "ΟΔΥΣΣΕΥΣ", "हिन्दी": "हिन्दी", "ประยุทธ์": "ประยุทธ์", "李": "李", "Strauß": "STRAUSS"} {
		require.NoError(t, f.users.Create(t.Context(), audittest.Operator(), &account.User{Username: name}, "wonderland"), name)
		u, err := f.verify(t, typed, "wonderland")
		require.NoError(t, err, typed)
		assert.Equal(t, account.Canonical(name), u.Username)
		require.ErrorIs(t, f.users.Create(t.Context(), audittest.Operator(), &account.User{Username: typed}, "wonderland"), provider.ErrConflict, typed)
	}
}

// A name that was stored before names were case-folded is found, stays as it is when something
// else changes, cannot be taken by another user, and has its attempts counted as one account.
func TestNamesStoredBeforeFolding(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	for stored, spellings := range map[string][]string{"strauß": {"Strauß", "STRAUẞ"}, "οδυσσευς": {"οδυσσευς", "ΟΔΥΣΣΕΥΣ"}, "re:nt": {"re:nt"}} {
		u := &account.User{Username: "temporary"}
		require.NoError(t, f.users.Create(ctx, audittest.Operator(), u, "wonderland"))
		u.Username = stored
		require.NoError(t, f.store.UpdateUser(ctx, u))
		for i := range 10 {
			_, err := f.verify(t, spellings[i%len(spellings)], "wrong")
			require.ErrorIs(t, err, account.ErrSignIn)
		}
		var throttled *account.Throttled
		for _, typed := range spellings {
			_, err := f.verify(t, typed, "wonderland")
			require.ErrorAs(t, err, &throttled, "one account: %s", typed)
		}
		f.signIn = f.fresh(t)
		for _, typed := range spellings {
			found, err := f.verify(t, typed, "wonderland")
			require.NoError(t, err, typed)
			assert.Equal(t, u.ID, found.ID)
		}
		changed, err := f.users.Update(ctx, audittest.Operator(), stored, func(u *account.User) { u.Roles = []string{"admin"} })
		require.NoError(t, err)
		assert.Equal(t, stored, changed.Username)
		if stored != "re:nt" {
			require.ErrorIs(t, f.users.Create(ctx, audittest.Operator(), &account.User{Username: stored}, ""), provider.ErrConflict)
			_, err = f.users.Update(ctx, audittest.Operator(), "alice", func(u *account.User) { u.Username = spellings[1] })
			require.ErrorIs(t, err, provider.ErrConflict)
		}
	}
	_, err := f.users.Update(ctx, audittest.Operator(), "alice", func(u *account.User) { u.Username = "ALICE" })
	require.NoError(t, err, "the name is her own")
}

// Of two users whose names fold to the same form, each is found by their own spelling.
func TestNamesThatFoldToTheSameForm(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	require.NoError(t, f.users.Create(ctx, audittest.Operator(), &account.User{Username: "strauss"}, "wonderland"))
	old := &account.User{Username: "temporary"}
	require.NoError(t, f.users.Create(ctx, audittest.Operator(), old, "looking-glass"))
	old.Username = "strauß"
	require.NoError(t, f.store.UpdateUser(ctx, old))
	u, err := f.verify(t, "Strauß", "looking-glass")
	require.NoError(t, err)
	assert.Equal(t, old.ID, u.ID)
	_, err = f.verify(t, "Strauss", "wonderland")
	require.NoError(t, err)
}
