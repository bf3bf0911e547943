package account_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
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
	storagetest.Exec(t, f.url, "UPDATE users SET username = 'strauß' WHERE username = 'temporary'")
	u, err := f.verify(t, "Strauß", "looking-glass")
	require.NoError(t, err)
	assert.Equal(t, old.ID, u.ID)
	_, err = f.verify(t, "Strauss", "wonderland")
	require.NoError(t, err)
}

// An address that was stored with the domain as it was spelled is found under each spelling, stays as it
// is when something else changes, and cannot be another user's.
func TestAddressesStoredBeforeDomainsWereConverted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	for stored, spellings := range map[string][]string{
		"a@bücher.example": {"a@bücher.example", "A@BÜCHER.example.", "a@xn--bcher-kva.example"},
		"b@example.com.":   {"b@example.com.", "B@Example.com."},
	} {
		u := &account.User{Username: "temporary", EmailVerified: true, Email: "temporary@example.com"}
		require.NoError(t, f.users.Create(ctx, audittest.Operator(), u, "wonderland"))
		u.Email = stored
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
		changed, err := f.users.Update(ctx, audittest.Operator(), stored, func(u *account.User) {
			u.SetEmail(stored)
			u.Roles = []string{"editor"}
		})
		require.NoError(t, err)
		assert.Equal(t, []any{stored, true}, []any{changed.Email, changed.EmailVerified})
		for _, typed := range append(spellings, strings.TrimSuffix(stored, ".")) {
			require.ErrorIs(t, f.users.Create(ctx, audittest.Operator(), &account.User{Username: "other", Email: typed}, ""), provider.ErrConflict, typed)
			results := f.add(t, &account.User{Username: "other", Email: typed})
			require.ErrorIs(t, results[0], provider.ErrConflict, typed)
		}
		assert.Equal(t, []error{account.ErrPresent}, f.add(t, &account.User{Username: "temporary", Email: stored, EmailVerified: true, Roles: []string{"editor"}}), "a second run of an import")
		changed, err = f.users.Update(ctx, audittest.Operator(), stored, func(u *account.User) { u.SetEmail(spellings[1]) })
		require.NoError(t, err, "the address is the user's own")
		assert.True(t, changed.EmailVerified, "the same address in the present form")
		assert.NotEqual(t, stored, changed.Email)
		require.NoError(t, f.users.Delete(ctx, audittest.Operator(), u.ID))
	}
}

// Of two users of an older version whose addresses are one, each is found by their own spelling.
func TestAddressesThatAreOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	require.NoError(t, f.users.Create(ctx, audittest.Operator(), &account.User{Username: "first", Email: "a@xn--bcher-kva.example"}, "wonderland"))
	old := &account.User{Username: "second", Email: "temporary@example.com"}
	require.NoError(t, f.users.Create(ctx, audittest.Operator(), old, "looking-glass"))
	old.Email = "a@bücher.example"
	require.NoError(t, f.store.UpdateUser(ctx, old))
	u, err := f.verify(t, "A@Bücher.example", "looking-glass")
	require.NoError(t, err)
	assert.Equal(t, old.ID, u.ID)
	_, err = f.verify(t, "a@xn--bcher-kva.example", "wonderland")
	require.NoError(t, err)
}

// The attempts at an address that nobody has are counted as those at one that somebody has, whatever the
// spelling: otherwise the difference would tell which addresses exist.
func TestAttemptsAtAnUnknownAddressAreCountedOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	spellings := []string{"nobody@bücher.example", "nobody@xn--bcher-kva.example", "NOBODY@BÜCHER.example.", "nobody@Bücher.example"}
	for i := range 10 {
		_, err := f.verify(t, spellings[i%len(spellings)], "wrong")
		require.ErrorIs(t, err, account.ErrSignIn)
	}
	var throttled *account.Throttled
	for _, typed := range spellings {
		_, err := f.verify(t, typed, "wrong")
		require.ErrorAs(t, err, &throttled, typed)
	}
}
