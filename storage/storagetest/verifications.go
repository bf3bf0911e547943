package storagetest

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/storage"
)

func (f *fixture) verification(p verification.Purpose, address string, user provider.ID) verification.Verification {
	return verification.Verification{
		ID: provider.NewID(f.clock(), rand.Reader), Purpose: p, UserID: user, Address: address, Generation: 3, Details: []byte("sealed"), KeyID: 200,
		CreatedAt: f.clock(), ExpiresAt: f.clock().Add(time.Hour),
	}
}

func testVerifications(t *testing.T, f *fixture) {
	ctx := t.Context()
	u := f.user(t, "alice")
	want := f.verification(verification.NewEmail, "new@example.com", u.ID)
	require.NoError(t, f.AddVerification(ctx, want))
	got, err := f.Verification(ctx, want.ID)
	require.NoError(t, err)
	assert.Equal(t, &want, got)

	// Another of the same address beside it, but for registrations.
	f.advance(time.Second)
	newer := f.verification(verification.NewPhone, "+442071838750", u.ID)
	require.NoError(t, f.AddVerification(ctx, newer))
	got, err = f.NewestVerification(ctx, u.ID, verification.NewEmail, verification.NewPhone)
	require.NoError(t, err)
	assert.Equal(t, newer.ID, got.ID)
	got, err = f.NewestVerification(ctx, u.ID, verification.NewEmail)
	require.NoError(t, err)
	assert.Equal(t, want.ID, got.ID)

	require.NoError(t, f.UseVerification(ctx, newer.ID))
	require.ErrorIs(t, f.UseVerification(ctx, newer.ID), provider.ErrNotFound, "used")
	_, err = f.TakeTry(ctx, newer.ID, 5)
	require.ErrorIs(t, err, provider.ErrNotFound, "used")
	require.NoError(t, f.CloseVerifications(ctx, u.ID))
	_, err = f.NewestVerification(ctx, u.ID, verification.NewEmail)
	require.ErrorIs(t, err, provider.ErrNotFound)

	late := f.verification(verification.Recovery, "alice@example.com", u.ID)
	require.NoError(t, f.AddVerification(ctx, late))
	f.advance(time.Hour)
	require.ErrorIs(t, f.UseVerification(ctx, late.ID), provider.ErrNotFound, "expired")
	_, err = f.TakeTry(ctx, late.ID, 5)
	require.ErrorIs(t, err, provider.ErrNotFound, "expired")

	require.NoError(t, f.DeleteUser(ctx, u.ID, f.clock()))
	_, err = f.Verification(ctx, want.ID)
	require.ErrorIs(t, err, provider.ErrNotFound, "goes with its user")
}

// Of any number of registrations of one address one is open, and the code of the others is worth nothing.
func testRegistrationsOfOneAddress(t *testing.T, f *fixture) {
	ctx := t.Context()
	other := f.verification(verification.Registration, "bob@example.com", provider.ID{})
	require.NoError(t, f.AddVerification(ctx, other))
	ids := make([]provider.ID, 50)
	var group sync.WaitGroup
	for i := range ids {
		v := f.verification(verification.Registration, "alice@example.com", provider.ID{})
		ids[i] = v.ID
		group.Go(func() { assert.NoError(t, f.AddVerification(ctx, v)) })
	}
	group.Wait()
	open := 0
	for _, id := range append(ids, other.ID) {
		if _, err := f.Verification(ctx, id); err == nil {
			open++
		}
	}
	assert.Equal(t, 2, open, "the last of one address, and the other")
	found, err := f.VerificationAt(ctx, verification.Registration, "bob@example.com")
	require.NoError(t, err)
	assert.Equal(t, &other, found)
	_, err = f.VerificationAt(ctx, verification.Registration, "nobody@example.com")
	require.ErrorIs(t, err, provider.ErrNotFound)
	u := f.user(t, "carol")
	require.NoError(t, f.AddVerification(ctx, f.verification(verification.NewEmail, "carol@example.org", u.ID)))
	_, err = f.VerificationAt(ctx, verification.Registration, "carol@example.org")
	require.ErrorIs(t, err, provider.ErrNotFound, "of another purpose")
}

// However many codes are tried at once, no more than the bound are compared, and one use succeeds.
func testTriesRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	v := f.verification(verification.Registration, "alice@example.com", provider.ID{})
	require.NoError(t, f.AddVerification(ctx, v))
	var taken, used atomic.Int32
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			if _, err := f.TakeTry(ctx, v.ID, verification.MaxTries); err == nil {
				taken.Add(1)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, verification.MaxTries, taken.Load())
	require.NoError(t, f.ReturnTry(ctx, v.ID))
	got, err := f.TakeTry(ctx, v.ID, verification.MaxTries)
	require.NoError(t, err, "one was given back")
	assert.Equal(t, verification.MaxTries, got.Tries)
	for range 50 {
		group.Go(func() {
			if err := f.UseVerification(ctx, v.ID); err == nil {
				used.Add(1)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, 1, used.Load())
}

func testVerificationsAreRemoved(t *testing.T, f *fixture) {
	ctx := t.Context()
	for i := range 3 {
		require.NoError(t, f.AddVerification(ctx, f.verification(verification.Registration, fmt.Sprintf("%d@example.com", i), provider.ID{})))
	}
	f.advance(time.Hour + 25*time.Hour)
	require.NoError(t, f.AddVerification(ctx, f.verification(verification.Registration, "late@example.com", provider.ID{})))
	swept, err := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil).Sweep(ctx)
	require.NoError(t, err)
	assert.EqualValues(t, 3, swept.Verifications)
	assert.Equal(t, 1, Count(t, f.url, "verifications"))
}
