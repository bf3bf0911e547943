package account_test

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/breach"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// outside finds out whether a password is looked up in a transaction, which a slow service would keep open.
type outside struct {
	*breach.Passwords

	asked, inside int
}

func (o *outside) Breached(ctx context.Context, password string) bool {
	o.asked++
	o.inside++
	provider.AfterCommit(ctx, func() { o.inside-- })
	return o.Passwords.Breached(ctx, password)
}

// Nobody gets a stolen password, whoever chooses it. A hash of another system is not known to be of one.
func TestStolenPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "breached.txt")
	require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, "%X:3\n", sha1.Sum([]byte("looking glass"))), 0o600))
	file, err := breach.OpenFile(path)
	require.NoError(t, err)
	list := &outside{Passwords: breach.NewPasswords(file, (*event.Bus)(nil))}
	defer func() { assert.NoError(t, list.Close()) }()
	users := account.NewRegistry(f.store, audit.NewGate(f.store, f.store, (*event.Bus)(nil), time.Now, rand.Reader), f.steps, list, (*event.Bus)(nil), time.Now, rand.Reader)
	refused := func(err error) {
		t.Helper()
		var wrong *account.Invalid
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, "/password", wrong.Pointer())
		require.ErrorIs(t, err, account.ErrBreached)
	}
	refused(users.Create(ctx, audittest.Operator(), &account.User{Username: "bob"}, "looking glass"))
	refused(users.Create(ctx, audittest.Operator(), &account.User{Username: "bob"}, "looking\u3000glass"))
	_, err = f.store.UserByLogin(ctx, "bob")
	require.ErrorIs(t, err, provider.ErrNotFound)
	_, err = users.SetPassword(ctx, audittest.Operator(), "alice", "looking glass")
	refused(err)
	alice, err := users.Find(ctx, "alice")
	require.NoError(t, err)
	_, err = users.SetPasswordOf(ctx, audittest.Operator(), alice.ID, "looking glass")
	refused(err)
	_, err = f.verify(t, "alice", "wonderland")
	require.NoError(t, err, "the password has not changed")

	_, err = users.SetPassword(ctx, audittest.Operator(), "alice", "looking glasses")
	require.NoError(t, err)
	_, err = f.verify(t, "alice", "looking glasses")
	require.NoError(t, err)
	assert.Equal(t, 5, list.asked)
	require.NoError(t, users.Create(ctx, audittest.Operator(), &account.User{Username: "carol"}, ""))
	err = users.Create(ctx, audittest.Operator(), &account.User{Username: "b ob"}, "looking glass")
	require.Error(t, err)
	require.NotErrorIs(t, err, account.ErrBreached)
	_, err = users.SetPassword(ctx, audittest.Operator(), "alice", "password1")
	require.ErrorIs(t, err, account.ErrCommon)
	require.Equal(t, []error{nil}, f.add(t, &account.User{Username: "dora", PasswordHash: bcrypted}))
	assert.Equal(t, 5, list.asked, "who is refused anyway, and who has no password, is not looked up")

	for name, password := range map[string]string{"eve": "looking glass", "fay": "curiouser and curiouser", "gus": "short"} {
		ready := users.Prepare(ctx, password)
		f.steps.hashed = 0
		err = f.store.InTx(ready, func(ctx context.Context) error {
			return users.Create(ctx, audittest.Operator(), &account.User{Username: name}, password)
		})
		switch name {
		case "eve":
			refused(err)
		case "gus":
			require.ErrorIs(t, err, account.ErrPassword)
		default:
			require.NoError(t, err)
			_, err = f.verify(t, name, password)
			require.NoError(t, err)
		}
		assert.Zero(t, f.steps.hashed, "hashed in a transaction")
	}
	assert.Equal(t, 7, list.asked)
	require.NoError(t, users.Create(users.Prepare(ctx, "another password"), audittest.Operator(), &account.User{Username: "hal"}, "curiouser and curiouser"))
	_, err = f.verify(t, "hal", "curiouser and curiouser")
	require.NoError(t, err, "what was prepared is for one password")
	assert.Zero(t, list.inside, "looked up in a transaction")
}
