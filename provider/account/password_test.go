package account_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
)

// A password is independent of how a keyboard encodes it (RFC 8265 section 4.2).
func TestPasswordIsIndependentOfItsEncoding(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	composed, decomposed := "Zoë's Caf\u00e9", "Zoe\u0308's\u00a0Cafe\u0301"
	for name, set := range map[string]string{"composed": composed, "decomposed": decomposed} {
		require.NoError(t, f.users.Create(t.Context(), audittest.Operator(), &account.User{Username: name}, set))
		for _, typed := range []string{composed, decomposed, "Zoë's\u2003Caf\u00e9"} {
			_, err := f.verify(t, name, typed)
			require.NoError(t, err, "%s: %+q", name, typed)
		}
		for _, other := range []string{"zoë's café", "Zoe's Cafe", composed + " ", "Ｚoë's Café"} {
			_, err := f.verify(t, name, other)
			require.ErrorIs(t, err, account.ErrSignIn, "case, width and spaces are significant: %+q", other)
		}
	}
}

// A hash that was made from the password as received still verifies it.
func TestHashesFromBeforeTheCanonicalForm(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, password := range []string{"Cafe\u0301 Central", "tab\tinside", "no\u00a0break"} {
		u, err := f.store.UserByLogin(t.Context(), "alice")
		require.NoError(t, err)
		u.PasswordHash, err = f.steps.Hash(t.Context(), password)
		require.NoError(t, err)
		require.NoError(t, f.store.UpdateUser(t.Context(), u))
		_, err = f.verify(t, "alice", password)
		require.NoError(t, err, "%+q", password)
		_, err = f.verify(t, "alice", password+"x")
		require.ErrorIs(t, err, account.ErrSignIn)
	}
}

func TestPasswordLengthIsThatOfTheCanonicalForm(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	set := func(password string) error {
		_, err := f.users.SetPassword(t.Context(), audittest.Operator(), "alice", password)
		return err
	}
	require.ErrorIs(t, set("cafe\u0301caf"), account.ErrPassword, "7 letters in 8 runes")
	require.NoError(t, set("cafe\u0301caf\u00e9"))
	require.NoError(t, set(strings.Repeat("e\u0301", 128)))
	require.ErrorIs(t, set(strings.Repeat("\u00e9", 129)), account.ErrPassword)
	require.ErrorIs(t, set("bell\aring"), account.ErrPassword)
	require.ErrorIs(t, set("pass\u0000word"), account.ErrPassword)
}

// The number of slow hashes depends on the password alone and does not reveal whether the
// account exists.
func TestPasswordsWithTwoSpellingsTakeTheSameWorkForEveryAccount(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, login := range []string{"alice", "nobody"} {
		f.steps.verified = nil
		_, err := f.verify(t, login, "wrong cafe\u0301")
		require.ErrorIs(t, err, account.ErrSignIn)
		assert.Len(t, f.steps.verified, 2, login)
	}
}
