package storagetest

import (
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/passkey"
	"github.com/gatehouse-id/gatehouse/storage"
)

func (f *fixture) passkey(user provider.ID, name string) *passkey.Passkey {
	p := &passkey.Passkey{
		ID: f.newID(), UserID: user, Name: name, CredentialID: make([]byte, 1023), PublicKey: []byte("key"), Handle: []byte("handle"),
		SignCount: 1<<32 - 2, Model: [16]byte{1, 2, 3}, Attested: true, BackupEligible: true, BackedUp: true, Transports: []string{"usb", "nfc"}, CreatedAt: f.clock(),
	}
	_, _ = rand.Read(p.CredentialID)
	return p
}

func testPasskeys(t *testing.T, f *fixture) {
	ctx := t.Context()
	u := f.user(t, "alice")
	p := f.passkey(u.ID, "Phone")
	require.NoError(t, f.AddPasskey(ctx, p))
	again := f.passkey(f.user(t, "bob").ID, "Stolen")
	again.CredentialID = p.CredentialID
	require.ErrorIs(t, f.AddPasskey(ctx, again), provider.ErrConflict, "it belongs to one user")
	require.ErrorIs(t, f.AddPasskey(ctx, f.passkey(f.newID(), "Nobody")), provider.ErrNotFound)
	f.advance(time.Second)
	hardware := f.passkey(u.ID, "Key")
	hardware.Hardware, hardware.Verifies = true, true
	require.NoError(t, f.AddPasskey(ctx, hardware))

	list, err := f.Passkeys(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, []*passkey.Passkey{p, hardware}, list)
	got, owner, err := f.PasskeyWithUser(ctx, hardware.CredentialID)
	require.NoError(t, err)
	assert.Equal(t, hardware, got)
	now, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, now, owner)
	assert.Equal(t, []string{"hardware_key", "passkey"}, owner.Factors)
	assert.Equal(t, u.Generation+2, owner.Generation)
	_, _, err = f.PasskeyWithUser(ctx, []byte("other"))
	require.ErrorIs(t, err, provider.ErrNotFound)

	// A use: the counter, and what the authenticator says now.
	f.advance(time.Second)
	use := passkey.Use{SignCount: 1<<32 - 1, Verified: true, At: f.clock()}
	require.NoError(t, f.UsePasskey(ctx, p.ID, use))
	require.ErrorIs(t, f.UsePasskey(ctx, p.ID, use), provider.ErrNotFound, "it did not rise")
	require.ErrorIs(t, f.UsePasskey(ctx, p.ID, passkey.Use{At: f.clock()}), provider.ErrNotFound, "it does not count any more")
	at := f.clock()
	p.SignCount, p.BackupEligible, p.BackedUp, p.Verifies, p.UsedAt = use.SignCount, false, false, true, &at
	got, _, err = f.PasskeyWithUser(ctx, p.CredentialID)
	require.NoError(t, err)
	assert.Equal(t, p, got)

	require.ErrorIs(t, f.RenamePasskey(ctx, again.UserID, p.ID, "mine"), provider.ErrNotFound)
	f.synchronized(t, u.ID)
	require.NoError(t, f.RenamePasskey(ctx, u.ID, p.ID, "Old phone"))
	require.ErrorIs(t, f.RemovePasskey(ctx, again.UserID, p.ID), provider.ErrNotFound)
	require.NoError(t, f.RemovePasskey(ctx, u.ID, hardware.ID))
	require.ErrorIs(t, f.RemovePasskey(ctx, u.ID, hardware.ID), provider.ErrNotFound)
	require.ErrorIs(t, f.UsePasskey(ctx, hardware.ID, use), provider.ErrNotFound)
	list, err = f.Passkeys(ctx, u.ID)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, "Old phone", list[0].Name)
	now, err = f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{"passkey"}, now.Factors)
	assert.Equal(t, owner.Generation+5, now.Generation)

	require.NoError(t, f.DeleteUser(ctx, u.ID, f.clock()))
	_, _, err = f.PasskeyWithUser(ctx, p.CredentialID)
	require.ErrorIs(t, err, provider.ErrNotFound, "goes with its user")
}

// synchronized checks that the devices on which a passkey is count for themselves, and that none which merely says so
// passes.
func (f *fixture) synchronized(t *testing.T, user provider.ID) {
	t.Helper()
	ctx := t.Context()
	on, key := f.passkey(user, "Cloud"), f.passkey(user, "Desk")
	key.BackupEligible, key.BackedUp = false, false
	require.NoError(t, f.AddPasskey(ctx, on))
	require.NoError(t, f.AddPasskey(ctx, key))
	use := passkey.Use{SignCount: 7, BackupEligible: true, At: f.clock()}
	require.NoError(t, f.UsePasskey(ctx, on.ID, use))
	require.NoError(t, f.UsePasskey(ctx, on.ID, use))
	require.ErrorIs(t, f.UsePasskey(ctx, key.ID, use), provider.ErrNotFound)
	require.NoError(t, f.RemovePasskey(ctx, user, on.ID))
	require.NoError(t, f.RemovePasskey(ctx, user, key.ID))
}

// A counter rises with each use, so of any number of uses of one value one succeeds; one that stays zero does not
// keep others out.
func testPasskeyRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	u := f.user(t, "alice")
	counts, still := f.passkey(u.ID, "Key"), f.passkey(u.ID, "Phone")
	counts.SignCount, still.SignCount = 4, 0
	require.NoError(t, f.AddPasskey(ctx, counts))
	require.NoError(t, f.AddPasskey(ctx, still))
	var used atomic.Int32
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			if err := f.UsePasskey(ctx, counts.ID, passkey.Use{SignCount: 5, At: f.clock()}); err == nil {
				used.Add(1)
			}
		})
		group.Go(func() { assert.NoError(t, f.UsePasskey(ctx, still.ID, passkey.Use{At: f.clock()})) })
	}
	group.Wait()
	assert.EqualValues(t, 1, used.Load())
}

// What kinds of factors a user has is what the last of concurrent changes left.
func testPasskeysComeAndGo(t *testing.T, f *fixture) {
	ctx := t.Context()
	u := f.user(t, "alice")
	var group sync.WaitGroup
	for i := range 20 {
		p := f.passkey(u.ID, "Key")
		p.Hardware = i%2 == 0
		group.Go(func() {
			assert.NoError(t, f.AddPasskey(ctx, p))
			if p.Hardware {
				assert.NoError(t, f.RemovePasskey(ctx, u.ID, p.ID))
			}
		})
	}
	group.Wait()
	now, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{"passkey"}, now.Factors)
	assert.Equal(t, u.Generation+30, now.Generation)
}

// Of any number of replays of a challenge one is accepted, for as long as it could be.
func testChallenges(t *testing.T, f *fixture) {
	ctx := t.Context()
	until := f.clock().Add(time.Minute)
	var used atomic.Int32
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			err := f.UseChallenge(ctx, sha256.Sum256([]byte("a")), until)
			if err == nil {
				used.Add(1)
				return
			}
			assert.ErrorIs(t, err, provider.ErrConflict)
		})
	}
	group.Wait()
	assert.EqualValues(t, 1, used.Load())
	require.NoError(t, f.UseChallenge(ctx, sha256.Sum256([]byte("b")), until.Add(time.Minute)))

	janitor := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil)
	f.setTime(until)
	removed, err := janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.Zero(t, removed.Challenges)
	f.advance(time.Microsecond)
	removed, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.EqualValues(t, 1, removed.Challenges)
	require.NoError(t, f.UseChallenge(ctx, sha256.Sum256([]byte("a")), until))
	require.ErrorIs(t, f.UseChallenge(ctx, sha256.Sum256([]byte("b")), until), provider.ErrConflict)
}
