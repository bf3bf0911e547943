package account_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
)

// Nobody gets a name that others would take for somebody else's: neither a new user, nor one who had
// another name, nor one of another system. An administrator's decision is no exception.
func TestLookAlikesAreTaken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	for _, name := range []string{"rosso", "mario", "сор2"} {
		require.NoError(t, f.users.Create(ctx, audittest.Operator(), &account.User{Username: name}, ""))
	}
	for name, want := range map[string]string{
		"Alice":        "already exists: another user has that user name",
		"ａｌｉｃｅ":        "already exists: another user has that user name",
		"a1ice":        "another user has a user name that looks the same",
		"A1ICE":        "another user has a user name that looks the same",
		"alıce":        "another user has a user name that looks the same", // a dotless i
		"аӏісе":        "another user has a user name that looks the same", // Cyrillic, all of it
		"ʀօ":           "a user name does not mix Latin and Armenian letters",
		"r0ss0":        "another user has a user name that looks the same",
		"rnario":       "another user has a user name that looks the same",
		"cop2":         "another user has a user name that looks the same",
		"al\u0456ce":   "a user name does not mix Latin and Cyrillic letters",
		"\u0430lice":   "a user name does not mix Cyrillic and Latin letters",
		"r\u03bfsso":   "a user name does not mix Latin and Greek letters",
		"al\u200bice":  "a user name has no invisible characters, and this one has U+200B",
		"mario\u0668a": "a user name does not mix Latin and Arabic letters",
	} {
		var wrong account.Wrong
		if assert.ErrorAs(t, f.users.Create(ctx, audittest.Operator(), &account.User{Username: name}, ""), &wrong, "%+q", name) {
			assert.Equal(t, want, wrong.Error(), "%+q", name)
		}
		_, err := f.users.Update(ctx, audittest.Operator(), "rosso", func(u *account.User) { u.Username = name })
		if name == "r0ss0" {
			require.NoError(t, err, "a name that looks like the own one")
			_, err = f.users.Update(ctx, audittest.Operator(), name, func(u *account.User) { u.Username = "rosso" })
			require.NoError(t, err)
		} else {
			require.ErrorAs(t, err, &wrong, "%+q", name)
		}
		imported := f.add(t, &account.User{Username: name})
		require.Error(t, imported[0], "%+q", name)
	}
	var conflict *account.Conflict
	require.ErrorAs(t, f.add(t, &account.User{Username: "a1ice"})[0], &conflict)
	assert.Equal(t, account.Conflict{Field: "username", Message: "another user has that user name, or one that looks the same"}, *conflict)
	for _, dry := range []bool{true, false} { // of two in one source
		adder := f.users.Import(f.store, audittest.Operator(), dry)
		results, err := adder.Add(ctx, []*account.User{{Username: "coco"}, {Username: "сосо"}}, nil)
		require.NoError(t, err)
		require.NoError(t, results[0])
		require.ErrorContains(t, results[1], "an earlier entry has that user name, or one that looks the same")
	}
	_, err := f.users.Update(ctx, audittest.Operator(), "rosso", func(u *account.User) { u.Username = "bianco" })
	require.NoError(t, err)
	require.NoError(t, f.users.Create(ctx, audittest.Operator(), &account.User{Username: "r0ss0"}, ""), "nobody has it now")
	for _, name := range []string{"日本語alice", "김철수kim", "李lee", "さくらサクラ桜", "кириллица", "οδυσσευς"} {
		require.NoError(t, f.users.Create(ctx, audittest.Operator(), &account.User{Username: name}, ""), name)
	}
}

// Of fifty who choose names that look the same at once, one gets it.
func TestLookAlikesRace(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	names := []string{"coco", "сосо", "c0co", "coc0", "с0с0"}
	var wg sync.WaitGroup
	results := make([]error, 50)
	for n := range results {
		wg.Go(func() {
			results[n] = f.users.Create(t.Context(), audittest.Operator(), &account.User{Username: names[n%len(names)]}, "")
		})
	}
	wg.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
			continue
		}
		assert.ErrorIs(t, err, account.ErrUsernameTaken)
		assert.ErrorIs(t, err, provider.ErrConflict)
	}
	assert.Equal(t, 1, won)
}
