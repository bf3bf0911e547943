package storagetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// undoOf is the link of the newest message of a kind to an address, and its code; zero: it has none.
func (s *selfService) undoOf(t *testing.T, kind notify.Kind, to string) (id provider.ID, code string) {
	t.Helper()
	all, err := s.f.Messages(t.Context(), 1000)
	require.NoError(t, err)
	for _, m := range all {
		if m.Kind != kind || m.To != to {
			continue
		}
		if m.Verification.IsZero() {
			return id, ""
		}
		code, _, err := s.codes.Code(t.Context(), m.Verification)
		require.NoError(t, err)
		return m.Verification, code
	}
	require.Failf(t, "no message", "%s to %s", kind, to)
	return id, ""
}

// current is a user as stored now.
func (f *fixture) current(t *testing.T, u *account.User) *account.User {
	t.Helper()
	now, err := f.User(t.Context(), u.ID)
	require.NoError(t, err)
	return now
}

func testFactorUndone(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	s := f.factors(t)
	p := f.passkeys(t, s.people)
	u, bob := s.people.registered(t, "alice"), s.people.registered(t, "bob")
	_, old := p.register(t, u)
	f.advance(time.Minute)
	codes, err := s.NewRecoveryCodes(ctx, u, provider.ID{})
	require.NoError(t, err)
	f.advance(time.Hour)

	// The thief sets up an app and another passkey, and makes other recovery codes.
	secret, _ := s.setUp(t, u)
	id, code := s.people.undoOf(t, notify.FactorAdded, u.Email)
	p.register(t, u)
	made, err := s.NewRecoveryCodes(ctx, u, provider.ID{})
	require.NoError(t, err)
	live, verified := f.session(t, u), *u
	issued := f.refreshable(t, &grant.Grant{ClientID: "app", UserID: u.ID, UserGeneration: f.current(t, u).Generation, Offline: true})

	s.setUp(t, bob)
	other, _ := s.people.undoOf(t, notify.FactorAdded, bob.Email)
	_, err = s.people.Undo(ctx, other, code)
	require.ErrorIs(t, err, verification.ErrCode, "of another user")
	_, err = s.people.Reset(ctx, id, code, newPassword)
	require.ErrorIs(t, err, verification.ErrClosed, "of another purpose")
	opened, err := s.people.Opened(ctx, id)
	require.NoError(t, err)
	assert.Equal(t, verification.UndoFactor, opened.Purpose)

	f.advance(71 * time.Hour)
	got, err := s.people.Undo(ctx, id, code)
	require.NoError(t, err)
	now := f.current(t, u)
	assert.Equal(t, now, got)
	assert.Equal(t, []any{[]string{factor.Passkey}, "", "alice@example.com"}, []any{now.Factors, now.PasswordHash, now.Email})
	left, err := p.Of(ctx, u.ID)
	require.NoError(t, err)
	require.Len(t, left, 1, "what was there before stays")
	assert.Equal(t, old.ID, left[0].ID)
	require.ErrorIs(t, s.enter(ctx, now, factortest.Code(secret, f.clock())), factor.ErrCode)
	require.ErrorIs(t, s.recover(ctx, now, made[0]), factor.ErrCode)
	require.ErrorIs(t, s.recover(ctx, now, codes[0]), factor.ErrCode, "what was removed does not come back")
	ended, err := f.Session(ctx, live.ID)
	require.NoError(t, err)
	assert.NotNil(t, ended.EndedAt)
	_, g, err := f.TokenWithGrant(ctx, issued.ID)
	require.NoError(t, err)
	assert.NotNil(t, g.EndedAt)
	require.ErrorIs(t, f.CreateSession(ctx, f.newSession(&verified)), provider.ErrStale, "whoever was signing in meanwhile")
	assert.Greater(t, now.Generation, verified.Generation, "no browser is remembered")
	records, err := f.Records(ctx, audit.Filter{Action: audit.UserUndoFactor}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Contains(t, records[0].Changes, "removed_factors")
	_, err = s.people.Undo(ctx, id, code)
	require.ErrorIs(t, err, verification.ErrClosed, "used")
	assert.Equal(t, []string{factor.TOTP}, f.current(t, bob).Factors)

	code, _, err = s.people.codes.Code(ctx, other)
	require.NoError(t, err)
	f.advance(time.Hour)
	_, err = s.people.Undo(ctx, other, code)
	require.ErrorIs(t, err, verification.ErrClosed, "72 hours are over")
	assert.Equal(t, []string{factor.TOTP}, f.current(t, bob).Factors)
}

// A user without a password, too, is signed out everywhere.
func testFactorUndoneWithoutPassword(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	s := f.factors(t)
	u := f.user(t, "alice")
	u.PasswordHash = ""
	require.NoError(t, f.UpdateUser(ctx, u))
	p := f.passkeys(t, s.people)
	_, created := p.register(t, u)
	f.advance(time.Hour)
	require.NoError(t, p.Remove(ctx, u, created.ID, provider.ID{}))
	id, code := s.people.undoOf(t, notify.FactorRemoved, u.Email)
	before := f.current(t, u)
	issued := f.refreshable(t, &grant.Grant{ClientID: "app", UserID: u.ID, UserGeneration: f.current(t, u).Generation, Offline: true})
	_, err := s.people.Undo(ctx, id, code)
	require.NoError(t, err)
	assert.Empty(t, f.current(t, u).Factors, "what was removed does not come back")
	assert.Greater(t, f.current(t, u).Generation, before.Generation)
	_, g, err := f.TokenWithGrant(ctx, issued.ID)
	require.NoError(t, err)
	assert.NotNil(t, g.EndedAt)
}

// A thief who takes the address and then sets up a factor does not keep the owner out, and gets no link.
func testContactThenFactor(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u := s.people.changed(t, s.people.registered(t, "alice"), "thief@thief.example")
	s.setUp(t, u)
	none, _ := s.people.undoOf(t, notify.FactorAdded, "thief@thief.example")
	assert.True(t, none.IsZero(), "it is told and has no link")
	m, code := s.people.sent(t, "alice@example.com")
	require.Equal(t, notify.ContactChanged, m.Kind)
	got, err := s.people.Undo(ctx, m.Verification, code)
	require.NoError(t, err)
	now := f.current(t, u)
	assert.Equal(t, now, got)
	assert.Equal(t, []any{"alice@example.com", "", 0}, []any{now.Email, now.PasswordHash, len(now.Factors)})

	// The number was there before: it gets a link as the address is new, which also gives that back.
	bob := s.people.changed(t, s.people.withPhone(t, s.people.registered(t, "bob"), somePhone), "bob@thief.example")
	f.advance(73 * time.Hour) // the number is known by now
	bob = s.people.changed(t, bob, "bob@thief.example.org")
	s.setUp(t, bob)
	id, code := s.people.undoOf(t, notify.FactorAdded, somePhone)
	require.False(t, id.IsZero())
	none, _ = s.people.undoOf(t, notify.FactorAdded, "bob@thief.example.org")
	assert.True(t, none.IsZero())
	_, err = s.people.Undo(ctx, id, code)
	require.NoError(t, err)
	now = f.current(t, bob)
	assert.Equal(t, []any{"bob@thief.example", 0}, []any{now.Email, len(now.Factors)}, "the change of the last 72 hours is undone")
}

// A thief who makes both changes at once, on two servers whose clocks differ, has no factor that looks as if it were
// older than the change of the address.
func testContactAndFactorAtOnce(t *testing.T, f *fixture) {
	s := f.factors(t)
	u := s.people.registered(t, "alice")
	at := f.clock()
	s.people.changed(t, u, "thief@thief.example")
	f.setTime(at.Add(-time.Second / 2))
	s.setUp(t, u)
	f.setTime(at.Add(time.Hour))
	id, code := s.people.undoOf(t, notify.ContactChanged, "alice@example.com")
	_, err := s.people.Undo(t.Context(), id, code)
	require.NoError(t, err)
	assert.Empty(t, f.current(t, u).Factors)
}

// Anybody may say that an address is theirs: one that is not verified is told, and undoes nothing.
func testUnverifiedContactUndoesNothing(t *testing.T, f *fixture) {
	s := f.factors(t)
	alice := s.people.made(t, "alice", "alice@staff.example")
	s.setUp(t, alice)
	none, _ := s.people.undoOf(t, notify.FactorAdded, "alice@staff.example")
	assert.True(t, none.IsZero())
	bob := s.people.withPhone(t, s.people.made(t, "bob", "bob@staff.example"), somePhone)
	f.advance(73 * time.Hour)
	s.setUp(t, bob)
	none, _ = s.people.undoOf(t, notify.FactorAdded, "bob@staff.example")
	assert.True(t, none.IsZero())
	id, _ := s.people.undoOf(t, notify.FactorAdded, somePhone)
	assert.False(t, id.IsZero(), "the number is the owner's")
}

// A thief who sets up a factor and then takes the address: the first link takes back both, and after the second one,
// which is of a later time, the first one still works.
func testFactorThenContact(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	for name, contactFirst := range map[string]bool{"alice": false, "bob": true} {
		u := s.people.registered(t, name)
		s.setUp(t, u)
		id, code := s.people.undoOf(t, notify.FactorAdded, name+"@example.com")
		s.people.changed(t, u, name+"@thief.example")
		contact, contactCode := s.people.undoOf(t, notify.ContactChanged, name+"@example.com")
		if contactFirst {
			_, err := s.people.Undo(ctx, contact, contactCode)
			require.NoError(t, err)
			assert.Equal(t, []string{factor.TOTP}, f.current(t, u).Factors, "it was set up before")
		}
		_, err := s.people.Undo(ctx, id, code)
		require.NoError(t, err)
		now := f.current(t, u)
		assert.Equal(t, []any{name + "@example.com", true, 0}, []any{now.Email, now.EmailVerified, len(now.Factors)})
		_, err = s.people.Undo(ctx, contact, contactCode)
		require.ErrorIs(t, err, verification.ErrClosed, "what is undone is over")
	}
}

// A factor is of the time at which it was stored: that at which its transaction began may be before a change for which
// that has waited.
func testFactorsAreOfWhenTheyWereStored(t *testing.T, f *fixture) {
	s := f.factors(t)
	p := f.passkeys(t, s.people)
	u := f.user(t, "alice")
	require.NoError(t, f.InTx(t.Context(), func(ctx context.Context) error {
		f.advance(5 * time.Second)
		proposal, err := s.Propose(u)
		if err != nil {
			return err
		}
		_, err = s.SetUpTOTP(ctx, u, proposal.Secret, factortest.Code(proposal.Secret, f.clock().Add(-5*time.Second)), provider.ID{})
		return err
	}))
	of, err := s.Of(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, []time.Time{f.clock(), f.clock()}, []time.Time{of.TOTP.CreatedAt, of.RecoveryCodesMade})
	a, c, response := p.created(t, u)
	require.NotNil(t, a)
	require.NoError(t, f.InTx(t.Context(), func(ctx context.Context) error {
		f.advance(5 * time.Second)
		_, _, err := p.Create(ctx, u, c, response, "", provider.ID{})
		return err
	}))
	list, err := p.Of(t.Context(), u.ID)
	require.NoError(t, err)
	assert.Equal(t, f.clock(), list[0].CreatedAt)
}

// Of 20 uses of a link at once one succeeds; so do two links at once, in either order, or the later one is closed by the
// earlier.
func testUndoRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u := s.people.registered(t, "alice")
	s.setUp(t, u)
	id, code := s.people.undoOf(t, notify.FactorAdded, u.Email)
	var won atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			_, err := s.people.Undo(ctx, id, code)
			if err == nil {
				won.Add(1)
				return
			}
			assert.ErrorIs(t, err, verification.ErrClosed)
		})
	}
	group.Wait()
	assert.EqualValues(t, 1, won.Load())

	for range 5 {
		f.advance(73 * time.Hour)
		u = f.current(t, u)
		s.setUp(t, u)
		id, code := s.people.undoOf(t, notify.FactorAdded, u.Email)
		s.people.changed(t, u, "thief@thief.example")
		contact, contactCode := s.people.undoOf(t, notify.ContactChanged, u.Email)
		var first error
		group.Go(func() { _, first = s.people.Undo(ctx, id, code) })
		group.Go(func() {
			if _, err := s.people.Undo(ctx, contact, contactCode); err != nil {
				assert.ErrorIs(t, err, verification.ErrClosed)
			}
		})
		group.Wait()
		require.NoError(t, first)
		now := f.current(t, u)
		assert.Equal(t, []any{"alice@example.com", 0}, []any{now.Email, len(now.Factors)})
	}
}

// Where no mail is sent, factors change as ever.
func testFactorsWithoutMessages(t *testing.T, f *fixture) {
	s := f.factorsOf(t, f.selfService(t, func(p *account.Policy) { p.Mail, p.SMS = false, false }))
	u := f.user(t, "alice")
	s.setUp(t, u)
	require.NoError(t, s.RemoveTOTP(t.Context(), u, provider.ID{}))
	assert.Zero(t, Count(t, f.url, "verifications"))
}
