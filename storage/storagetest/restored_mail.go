package storagetest

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/storage"
)

// Codes by mail end of themselves when something stronger is added, so the undo of that brings them back: else a thief
// who adds an app would have the owner left with a password alone. The recovery codes that were there stay.
func testUndoRestoresMail(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	p := f.passkeys(t, s.people)
	u := s.people.registered(t, "alice")
	codes := s.setUpMail(t, u)
	before, err := s.Of(ctx, u.ID)
	require.NoError(t, err)
	s.setUp(t, u)
	id, code := s.people.undoOf(t, notify.FactorAdded, u.Email)
	_, later := p.register(t, u)
	require.NotNil(t, later)
	got, err := s.people.Undo(ctx, id, code)
	require.NoError(t, err)
	assert.Equal(t, []string{factor.Mail}, got.Factors)
	assert.Equal(t, f.current(t, u), got)
	of, err := s.Of(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, factor.Factors{Mail: before.Mail}, of, "the recovery codes were replaced by those of the app, and went with it")
	require.ErrorIs(t, s.recover(ctx, got, codes[0]), factor.ErrCode)
	require.NoError(t, s.types(ctx, got, "home", s.mailed(t, got)))
	records, err := f.Records(ctx, audit.Filter{Action: audit.UserUndoFactor}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Equal(t, []any{"mail"}, records[0].Changes["restored_factors"].After)
	assert.Zero(t, Count(t, f.url, "ended_mail_factors"))
}

// The undo of a later change leaves what an earlier one ended, and what the owner removed, ended.
func testUndoLeavesMailEnded(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	p := f.passkeys(t, s.people)
	u := s.people.registered(t, "alice")
	s.setUpMail(t, u)
	s.setUp(t, u)
	f.advance(time.Hour)
	p.register(t, u)
	id, code := s.people.undoOf(t, notify.FactorAdded, u.Email)
	got, err := s.people.Undo(ctx, id, code)
	require.NoError(t, err)
	assert.Equal(t, []string{factor.TOTP}, got.Factors, "mail ended with the app, before the passkey")

	bob := s.people.registered(t, "bob")
	s.setUpMail(t, bob)
	require.NoError(t, s.RemoveMail(ctx, bob, provider.ID{}))
	id, code = s.people.undoOf(t, notify.FactorRemoved, bob.Email)
	got, err = s.people.Undo(ctx, id, code)
	require.NoError(t, err)
	assert.Empty(t, got.Factors, "what was removed does not come back")

	carl := s.people.registered(t, "carl")
	s.setUpMail(t, carl)
	s.setUp(t, carl)
	id, code = s.people.undoOf(t, notify.FactorAdded, carl.Email)
	_, err = f.RemoveFactors(ctx, carl.ID)
	require.NoError(t, err)
	got, err = s.people.Undo(ctx, id, code)
	require.NoError(t, err)
	assert.Empty(t, got.Factors, "nor what an administrator took away since")

	dora := s.people.registered(t, "dora")
	s.setUpMail(t, dora)
	s.setUp(t, dora)
	since := f.clock().Add(-time.Minute)
	dora.EmailVerified = false
	require.NoError(t, f.UpdateUser(ctx, dora))
	removed, restored, err := f.FactorsBefore(ctx, dora.ID, since)
	require.NoError(t, err)
	assert.Equal(t, []string{factor.TOTP}, removed)
	assert.Empty(t, restored, "nothing is sent to an address that nobody has proved")
	assert.Empty(t, f.current(t, dora).Factors)
}

// The address, too, takes codes by mail with it, and brings them back.
func testUndoOfTheAddressRestoresMail(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u := s.people.changed(t, s.people.registered(t, "alice"), "+491701234567")
	f.advance(73 * time.Hour)
	s.setUpMail(t, u)
	_, err := s.people.RemoveEmail(ctx, u)
	require.NoError(t, err)
	assert.Empty(t, f.current(t, u).Factors)
	id, code := s.people.undoOf(t, notify.ContactChanged, "alice@example.com")
	got, err := s.people.Undo(ctx, id, code)
	require.NoError(t, err)
	assert.Equal(t, []any{"alice@example.com", []string{factor.Mail}}, []any{got.Email, got.Factors})
}

// What cannot come back any more is not kept.
func testEndedMailIsRemoved(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u := s.people.registered(t, "alice")
	s.setUpMail(t, u)
	s.setUp(t, u)
	janitor := storage.NewJanitor(f.Store, slog.New(slog.DiscardHandler), f.clock, nil)
	f.advance(72 * time.Hour)
	_, err := janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.Equal(t, 1, Count(t, f.url, "ended_mail_factors"))
	f.advance(time.Hour)
	_, err = janitor.Sweep(ctx)
	require.NoError(t, err)
	assert.Zero(t, Count(t, f.url, "ended_mail_factors"))
}
