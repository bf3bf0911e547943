package account_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// bcrypted is the hash of "correct horse battery" by passlib.
const bcrypted = "$2b$05$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu"

func (f *fixture) add(t *testing.T, users ...*account.User) []error {
	t.Helper()
	results, err := f.users.Import(f.store, audittest.Operator(), false).Add(t.Context(), users, nil)
	require.NoError(t, err)
	return results
}

func TestImportKeepsWhatTheOtherSystemSaid(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := provider.ID{1, 2, 3}
	created := time.Date(2019, 1, 2, 3, 4, 5, 0, time.UTC)
	user := func() *account.User {
		return &account.User{
			ID: id, Subject: "auth0|5f7c8ec7c33c6c004bbafe82", Username: "Ada", Email: "Ada@Example.com", EmailVerified: true, Phone: "+442071838750",
			PasswordHash: bcrypted, Roles: []string{"editor", "admin", "editor"}, Disabled: true, CreatedAt: created, Profile: account.Profile{Name: "Ada", Locale: "en-GB"},
		}
	}
	assert.Equal(t, []error{nil}, f.add(t, user()))
	u, err := f.store.UserByLogin(t.Context(), "ada")
	require.NoError(t, err)
	want := user()
	want.Username, want.Email, want.Roles, want.UpdatedAt = "ada", "ada@example.com", []string{"admin", "editor"}, u.UpdatedAt
	assert.Equal(t, want, u)

	assert.Equal(t, []error{account.ErrPresent}, f.add(t, user()), "a second run")
	changed := user()
	changed.Email, changed.Roles = "other@example.com", nil
	var conflict *account.Conflict
	require.ErrorAs(t, f.add(t, changed)[0], &conflict)
	require.ErrorIs(t, conflict, provider.ErrConflict)
	assert.Equal(t, "the user exists, and differs in email, roles", conflict.Message)
}

func TestImportRefusesWhatIsNotValidOrTaken(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	alice, err := f.store.UserByLogin(t.Context(), "alice")
	require.NoError(t, err)
	old := &account.User{Username: "old"}
	require.Equal(t, []error{nil}, f.add(t, old))
	known, err := f.store.UserByLogin(t.Context(), "old")
	require.NoError(t, err)
	future := time.Now().Add(time.Hour)
	for name, test := range map[string]struct {
		u    account.User
		want string
	}{
		"name of another":            {account.User{Username: "ALICE", Subject: "s"}, "username: another user has that user name"},
		"full-width letters":         {account.User{Username: "ａｌｉｃｅ", Subject: "s"}, "username: another user has that user name"},
		"address of another":         {account.User{Username: "bob", Email: "ALICE@example.com"}, "email: another user has that email address"},
		"subject of another":         {account.User{Username: "bob", Subject: alice.Subject}, "differs in username"},
		"id of another as subject":   {account.User{Username: "bob", Subject: alice.ID.String()}, "sub: another user has that subject"},
		"subject of another as id":   {account.User{Username: "bob", ID: mustParse(t, known.Subject)}, "id: another user has that id"},
		"no name":                    {account.User{}, account.ErrUsernameMissing.Error()},
		"an address as name":         {account.User{Username: "bob@example.com"}, account.ErrUsername.Error()},
		"NUL in the name":            {account.User{Username: "bo\x00b"}, "a user name has no invisible characters, and this one has U+0000"},
		"NUL in the address":         {account.User{Username: "bob", Email: "bo\x00b@example.com"}, "an email address has no invisible characters, and this one has U+0000"},
		"NUL in the profile":         {account.User{Username: "bob", Profile: account.Profile{Name: "\x00"}}, "name: must not have the control character U+0000"},
		"NUL in the subject":         {account.User{Username: "bob", Subject: "a\x00"}, "sub: must have 1 to 255"},
		"over-long subject":          {account.User{Username: "bob", Subject: strings.Repeat("a", 256)}, "sub: must have 1 to 255"},
		"all at once":                {account.User{Username: "b ob", Email: "bob", Phone: "0207", Subject: "a b", Roles: []string{"A"}}, "; "},
		"phone":                      {account.User{Username: "bob", Phone: "0207"}, account.ErrPhone.Error()},
		"role":                       {account.User{Username: "bob", Roles: []string{"Big Boss"}}, account.ErrRole.Error()},
		"a password, not a hash":     {account.User{Username: "bob", PasswordHash: "hunter2hunter2"}, "password_hash: must be a hash"},
		"a hash that costs too much": {account.User{Username: "bob", PasswordHash: "$2b$31" + bcrypted[6:]}, "password_hash: costs more than a server can bear"},
		"from the future":            {account.User{Username: "bob", CreatedAt: future}, "created_at: must be"},
	} {
		results := f.add(t, &test.u)
		if assert.Error(t, results[0], name) {
			assert.Contains(t, results[0].Error(), test.want, name)
			assert.NotContains(t, results[0].Error(), "hunter2", name)
		}
	}
	_, err = f.store.UserByLogin(t.Context(), "bob")
	assert.ErrorIs(t, err, provider.ErrNotFound)
}

func mustParse(t *testing.T, text string) provider.ID {
	t.Helper()
	id, err := provider.ParseID(text)
	require.NoError(t, err)
	return id
}

// Two entries of one file may be one user to the server; a dry run must say so too, over batches.
func TestImportFindsConflictsInsideOneSource(t *testing.T) {
	t.Parallel()
	batch := func() []*account.User {
		return []*account.User{
			{Username: "first", Email: "one@example.com", Subject: "1"},
			{Username: "FIRST"},
			{Username: "ﬁrst"}, // a ligature
			{Username: "second", Email: "ONE@example.com"},
			{Username: "third", Subject: "1"},
			{Username: "ΟΔΥΣΣΕΥΣ"},
			{Username: "οδυσσευς"},
			{Username: "fourth"},
		}
	}
	want := []string{"", "username", "username", "email", "sub", "", "username", ""}
	f := newFixture(t)
	dry := f.users.Import(f.store, audittest.Operator(), true)
	for _, adder := range []*account.Import{dry, f.users.Import(f.store, audittest.Operator(), false)} {
		results, err := adder.Add(t.Context(), batch(), nil)
		require.NoError(t, err)
		for i, result := range results {
			var conflict *account.Conflict
			if want[i] == "" {
				assert.NoError(t, result, i)
			} else if assert.ErrorAs(t, result, &conflict, i) {
				assert.Equal(t, want[i], conflict.Field, i)
			}
		}
		if adder == dry {
			_, err = f.store.UserByLogin(t.Context(), "first")
			require.ErrorIs(t, err, provider.ErrNotFound, "nothing was written")
			results, err = dry.Add(t.Context(), []*account.User{{Username: "First"}}, nil)
			require.NoError(t, err)
			assert.ErrorContains(t, results[0], "an earlier entry has that user name", "of an earlier batch")
		}
	}
}

// One record for each batch, in which each user is found.
func TestImportIsOneActForABatch(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var users []*account.User
	for i := range 50 {
		users = append(users, &account.User{Username: fmt.Sprintf("user%d", i), PasswordHash: bcrypted})
	}
	users[7].Roles, users[8].Roles = []string{"admin"}, []string{"auditor"}
	adder := f.users.Import(f.store, audittest.Operator(), false)
	_, err := adder.Add(t.Context(), users, map[string]any{"file": "users.jsonl"})
	require.NoError(t, err)
	_, err = adder.Add(t.Context(), users, map[string]any{"file": "users.jsonl"})
	require.NoError(t, err)
	records, err := f.store.Records(t.Context(), audit.Filter{Action: audit.UserImport}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1, "a batch that changed nothing leaves no record")
	changes := records[0].Changes
	assert.InEpsilon(t, 50, changes["imported"].After, 0)
	assert.Equal(t, "users.jsonl", changes["file"].After)
	seventh, err := f.store.UserByLogin(t.Context(), "user7")
	require.NoError(t, err)
	assert.Contains(t, changes["ids"].After, seventh.ID.String())
	assert.Equal(t, []any{seventh.ID.String()}, changes["admins"].After)
	assert.Len(t, changes["auditors"].After, 1)
	assert.NotContains(t, fmt.Sprint(changes), "$2b$")

	_, err = f.users.Import(f.store, audit.Actor{Kind: audit.ClientActor, ID: "c", Scopes: []string{"gatehouse:users:read"}}, false).
		Add(t.Context(), []*account.User{{Username: "unwanted"}}, nil)
	assert.ErrorIs(t, err, audit.ErrForbidden)
	results, err := f.users.Import(f.store, audit.Actor{Kind: audit.ClientActor, ID: "c", Scopes: []string{"gatehouse:users:write"}}, false).
		Add(t.Context(), []*account.User{{Username: "wanted"}, {Username: "unwanted", Roles: []string{"admin"}}}, nil)
	require.NoError(t, err)
	require.NoError(t, results[0])
	assert.ErrorIs(t, results[1], audit.ErrForbidden, "who is no administrator makes none")
}

// The hash of another system serves once. It is the same password: what the user has stays.
func TestSignInUpgradesAnImportedPassword(t *testing.T) {
	t.Parallel()
	// The second, by Django, is of the scheme of this server, and costs more.
	for _, foreign := range []string{bcrypted, "$argon2id$v=19$m=102400,t=2,p=8$YWJjZGVmZ2gxMjM0NTY3OA$iSd8Ai7tcKO7GA1/+qLLzXSM26p2m0VOVuuutecsP/Q"} {
		f := newFixture(t)
		require.Equal(t, []error{nil}, f.add(t, &account.User{Username: "ada", PasswordHash: foreign}))
		before, err := f.store.UserByLogin(t.Context(), "ada")
		require.NoError(t, err)
		require.Equal(t, foreign, before.PasswordHash)
		require.Equal(t, []error{account.ErrPresent}, f.add(t, &account.User{Username: "ada", PasswordHash: foreign}))

		_, err = f.verify(t, "ada", "wrong")
		require.ErrorIs(t, err, account.ErrSignIn)
		same, err := f.store.UserByLogin(t.Context(), "ada")
		require.NoError(t, err)
		assert.Equal(t, before, same, "a wrong password changes nothing")

		for range 2 {
			_, err = f.verify(t, "ada", "correct horse battery")
			require.NoError(t, err)
		}
		after, err := f.store.UserByLogin(t.Context(), "ada")
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(after.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$"), after.PasswordHash)
		assert.Equal(t, before.Generation, after.Generation)
		assert.Equal(t, []error{account.ErrPresent}, f.add(t, &account.User{Username: "ada", PasswordHash: foreign}), "a second run of the import")
	}
}

func TestSignInDoesNotUpgradeWhatBcryptDidNotVerify(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const truncated = "$2b$05$0c6CzChtR.YvwcbrKM5QzexE2/STiIM9ip89CK83xBAIT8OBZr2me" // of 72 times x and "tail"
	require.Equal(t, []error{nil}, f.add(t, &account.User{Username: "ada", PasswordHash: truncated}))
	_, err := f.verify(t, "ada", strings.Repeat("x", 72)+"mistyped")
	require.NoError(t, err, "as in the other system")
	u, err := f.store.UserByLogin(t.Context(), "ada")
	require.NoError(t, err)
	assert.Equal(t, truncated, u.PasswordHash)
	_, err = f.verify(t, "ada", strings.Repeat("x", 72)+"tail")
	assert.NoError(t, err)
}

// changing is a store in which the password changes while a sign-in computes the new hash.
type changing struct {
	*steps

	change func()
}

func (c *changing) Hash(ctx context.Context, secret string) (string, error) {
	c.change()
	return c.steps.Hash(ctx, secret)
}

func TestUpgradeDoesNotUndoAChangeOfThePassword(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	require.Equal(t, []error{nil}, f.add(t, &account.User{Username: "ada", PasswordHash: bcrypted}))
	var recorded []event.Event
	signIn := f.with(t, &changing{f.steps, func() {
		_, err := f.users.SetPassword(context.Background(), audittest.Operator(), "ada", "another password")
		require.NoError(t, err)
	}}, event.NewBus(func(_ context.Context, e event.Event) { recorded = append(recorded, e) }))
	u, err := signIn.Verify(t.Context(), account.Attempt{Login: "ada", Password: "correct horse battery", Prefix: "192.0.2.1/32"})
	require.NoError(t, err)
	assert.Equal(t, int64(0), u.Generation, "of before: what is issued for it is refused")
	_, err = f.verify(t, "ada", "correct horse battery")
	require.ErrorIs(t, err, account.ErrSignIn)
	_, err = f.verify(t, "ada", "another password")
	require.NoError(t, err)
	assert.Empty(t, recorded)
}
