package storagetest

import (
	"context"
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// factors are the factors of people, over the database of the fixture.
type factors struct {
	*factor.Registry

	f      *fixture
	people *selfService
}

func (f *fixture) factors(t *testing.T) *factors {
	t.Helper()
	return f.factorsOf(t, f.selfService(t, nil))
}

func (f *fixture) factorsOf(t *testing.T, s *selfService) *factors {
	t.Helper()
	gate := audit.NewGate(f.outbox(), f.Store, event.NewBus(), f.clock, rand.Reader)
	registry := factor.NewRegistry(f.Store, gate, s.ring.Key(keyring.Factor), s.registry, event.NewBus(), "Example", f.clock, rand.Reader)
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	registry.OfferMail(factor.ByMail{Transactions: f.Store, Codes: s.codes, Outbox: notify.NewOutbox(f.Store, f.clock, rand.Reader)})
	registry.Limit(ratelimit.NewFactors(ratelimit.NewMemory(f.clock), table))
	return &factors{registry, f, s}
}

// setUp gives a user an authenticator app, and returns its secret. The code of the set-up is of a step before.
func (s *factors) setUp(t *testing.T, u *account.User) (secret string, codes []string) {
	t.Helper()
	proposal, err := s.Propose(u)
	require.NoError(t, err)
	codes, err = s.SetUpTOTP(t.Context(), u, proposal.Secret, factortest.Code(proposal.Secret, s.f.clock()), provider.ID{})
	require.NoError(t, err)
	s.f.advance(time.Minute)
	return proposal.Secret, codes
}

// enter tries a code from an address.
func (s *factors) enter(ctx context.Context, u *account.User, code string) error {
	return s.CheckTOTP(ctx, factor.Attempt{User: u, Code: code, Prefix: "192.0.2.1/32"})
}

// recover tries a recovery code.
func (s *factors) recover(ctx context.Context, u *account.User, code string) error {
	return s.CheckRecoveryCode(ctx, factor.Attempt{User: u, Code: code, Prefix: "192.0.2.1/32"})
}

func testTOTP(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u := f.user(t, "alice")
	live := f.session(t, u)
	proposal, err := s.Propose(u)
	require.NoError(t, err)
	now := f.clock()
	_, err = s.SetUpTOTP(ctx, u, proposal.Secret, other(factortest.Code(proposal.Secret, now)), provider.ID{})
	require.ErrorIs(t, err, factor.ErrCode)
	back, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, u, back, "nothing is stored before the code is right")
	before := *u
	codes, err := s.SetUpTOTP(ctx, u, proposal.Secret, factortest.Code(proposal.Secret, now), provider.ID{})
	require.NoError(t, err)
	assert.Len(t, codes, 10)
	back, err = f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{factor.TOTP}, back.Factors)
	assert.Equal(t, back, u, "whoever goes on has the new generation")
	require.ErrorIs(t, f.CreateSession(ctx, f.newSession(&before)), provider.ErrStale, "a sign-in with the password alone")
	kept, err := f.Session(ctx, live.ID)
	require.NoError(t, err)
	assert.Nil(t, kept.EndedAt, "sessions go on")

	require.ErrorIs(t, s.enter(ctx, u, factortest.Code(proposal.Secret, now)), factor.ErrCode, "the code of the set-up")
	f.advance(time.Minute)
	code := factortest.Code(proposal.Secret, f.clock())
	require.NoError(t, s.enter(ctx, u, " "+code[:3]+" "+code[3:]), "as people type it")
	require.ErrorIs(t, s.enter(ctx, u, code), factor.ErrCode, "used")
	require.ErrorIs(t, s.enter(ctx, u, factortest.Code(proposal.Secret, f.clock().Add(-30*time.Second))), factor.ErrCode, "an older one than was used")
	require.NoError(t, s.enter(ctx, u, factortest.Code(proposal.Secret, f.clock().Add(30*time.Second))), "a clock that is ahead")
	f.advance(time.Hour)
	require.ErrorIs(t, s.enter(ctx, u, factortest.Code(proposal.Secret, f.clock().Add(-time.Minute))), factor.ErrCode, "too old")
	require.ErrorIs(t, s.enter(ctx, u, factortest.Code(proposal.Secret, f.clock().Add(time.Minute))), factor.ErrCode, "too new")
	require.ErrorIs(t, s.enter(ctx, f.user(t, "bob"), factortest.Code(proposal.Secret, f.clock())), factor.ErrCode, "another user, who has none")
	of, err := s.Of(ctx, u.ID)
	require.NoError(t, err)
	used := now.Add(time.Minute)
	assert.Equal(t, factor.Factors{TOTP: &factor.App{CreatedAt: now, UsedAt: &used}, RecoveryCodes: 10, RecoveryCodesMade: now}, of)

	stored, err := f.TOTP(ctx, u.ID)
	require.NoError(t, err)
	require.ErrorIs(t, f.UseTOTPStep(ctx, u.ID, stored.Sealed, stored.LastStep), provider.ErrNotFound)
	require.ErrorIs(t, f.UseTOTPStep(ctx, u.ID, []byte{1}, stored.LastStep+1), provider.ErrNotFound, "an app that was replaced while its code was compared")

	// Another app does not take the place of the first one.
	another, err := s.Propose(u)
	require.NoError(t, err)
	_, err = s.SetUpTOTP(ctx, u, another.Secret, factortest.Code(another.Secret, f.clock()), provider.ID{})
	require.ErrorIs(t, err, factor.ErrExists)
	require.NoError(t, s.enter(ctx, u, factortest.Code(proposal.Secret, f.clock())))
	for kind, n := range map[notify.Kind]int{notify.FactorAdded: 1, notify.FactorRemoved: 0} {
		assert.Len(t, s.people.recipients(t, kind), n, kind)
	}
}

// Whoever signs in again and again does not use up the room for what tells of a factor.
func testFactorNoticesHaveRoom(t *testing.T, f *fixture) {
	s := f.factors(t)
	u := f.user(t, "alice")
	for range 20 {
		s.people.NewSignIn(t.Context(), u, "Firefox on Windows")
	}
	assert.Len(t, s.people.recipients(t, notify.NewSignIn), 10)
	s.setUp(t, u)
	assert.Len(t, s.people.recipients(t, notify.FactorAdded), 1)
}

// A change of a user does not write what a user who was read before had.
func testFactorsOutliveUpdates(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u := f.user(t, "alice")
	before := *u
	s.setUp(t, u)
	due := f.clock().Add(24 * time.Hour)
	require.NoError(t, f.SetFactorsDue(ctx, u.ID, due))
	require.NoError(t, f.SetFactorsDue(ctx, u.ID, due.Add(time.Hour)), "a later demand does not put it off")
	before.Profile.Name, before.UpdatedAt = "Another", f.clock()
	require.NoError(t, f.UpdateUser(ctx, &before))
	back, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{factor.TOTP}, back.Factors)
	assert.Equal(t, "Another", back.Profile.Name)
	require.NotNil(t, back.FactorsDueAt)
	assert.Equal(t, due, *back.FactorsDueAt)
	session := f.session(t, back)
	read, err := f.Session(ctx, session.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{factor.TOTP}, read.User.Factors, "also by the session")
	page, err := f.Users(ctx, account.Filter{}, 10)
	require.NoError(t, err)
	assert.Equal(t, []string{factor.TOTP}, page[0].Factors)
	require.NoError(t, f.DeleteUser(ctx, u.ID, f.clock()))
	assert.Zero(t, Count(t, f.url, "totp_factors"))
	assert.Zero(t, Count(t, f.url, "recovery_codes"))
}

func testStaleFactors(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	for name, evict := range f.evictions() {
		u := f.user(t, name)
		s.setUp(t, u)
		known := *u
		require.NoError(t, evict(ctx, u))
		proposal, err := s.Propose(&known)
		require.NoError(t, err)
		_, err = s.SetUpTOTP(ctx, &known, proposal.Secret, factortest.Code(proposal.Secret, f.clock()), provider.ID{})
		require.ErrorIs(t, err, provider.ErrStale, name)
		_, err = s.NewRecoveryCodes(ctx, &known, provider.ID{})
		require.ErrorIs(t, err, provider.ErrStale, name)
		require.ErrorIs(t, s.RemoveTOTP(ctx, &known, provider.ID{}), provider.ErrStale, name)
	}
	off, err := f.UserByLogin(ctx, "disabled")
	require.NoError(t, err)
	require.ErrorIs(t, s.RemoveTOTP(ctx, off, provider.ID{}), provider.ErrStale, "a disabled user")
}

func testRecoveryCodes(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u := f.user(t, "alice")
	_, err := s.NewRecoveryCodes(ctx, u, provider.ID{})
	require.ErrorIs(t, err, factor.ErrNoFactor, "they stand in for a factor")
	_, codes := s.setUp(t, u)
	for _, code := range codes {
		assert.Zero(t, Count(t, f.url, "recovery_codes WHERE hash LIKE '%"+code[:5]+"%'"))
	}
	require.NoError(t, s.recover(ctx, u, codes[3]))
	assert.Equal(t, 1, Count(t, f.url, "recovery_codes WHERE length(hash) = 0"), "nothing is kept of what was used")
	require.ErrorIs(t, s.recover(ctx, u, codes[3]), factor.ErrCode, "used")
	require.ErrorIs(t, s.recover(ctx, u, ""), factor.ErrCode)
	bob := f.user(t, "bob")
	s.setUp(t, bob)
	require.ErrorIs(t, s.recover(ctx, bob, codes[4]), factor.ErrCode, "of another user")
	of, err := s.Of(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, 9, of.RecoveryCodes)
	m, _ := s.people.sent(t, u.Email)
	assert.Equal(t, notify.RecoveryCodeUsed, m.Kind)
	assert.Equal(t, 9, m.Data.CodesLeft)

	stored, err := f.RecoveryCodes(ctx, u.ID)
	require.NoError(t, err)
	one := stored[slices.IndexFunc(stored, func(c factor.StoredCode) bool { return len(c.Sealed) > 0 })].ID
	require.NoError(t, f.UseRecoveryCode(ctx, one))
	require.ErrorIs(t, f.UseRecoveryCode(ctx, one), provider.ErrNotFound, "two attempts that compared it at once")

	before := u.Generation
	next, err := s.NewRecoveryCodes(ctx, u, provider.ID{})
	require.NoError(t, err)
	renewed, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Greater(t, renewed.Generation, before, "no browser is remembered")
	assert.Equal(t, renewed.Generation, u.Generation, "whoever goes on has the new one")
	assert.Len(t, next, 10)
	require.ErrorIs(t, s.recover(ctx, u, codes[4]), factor.ErrCode, "replaced")
	for _, code := range next {
		require.NoError(t, s.recover(ctx, u, code))
	}
	of, err = s.Of(ctx, u.ID)
	require.NoError(t, err)
	assert.Zero(t, of.RecoveryCodes)
	key := f.passkey(u.ID, "alice")
	require.NoError(t, f.AddPasskey(ctx, key))
	again, err := s.Added(ctx, u, provider.ID{})
	require.NoError(t, err)
	assert.Len(t, again, 10, "a user who has none left gets new ones with a factor")
	u, err = f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{u.Email}, s.people.recipients(t, notify.RecoveryCodesRenewed))

	f.advance(time.Hour) // so many notices come in no hour
	require.NoError(t, s.RemoveTOTP(ctx, u, provider.ID{}))
	assert.Equal(t, []string{factor.Passkey}, u.Factors)
	require.NoError(t, f.RemovePasskey(ctx, u.ID, key.ID))
	require.ErrorIs(t, s.recover(ctx, u, again[0]), factor.ErrCode, "they go with the last factor")
	u, err = f.User(ctx, u.ID)
	require.NoError(t, err)
	require.ErrorIs(t, s.RemoveTOTP(ctx, u, provider.ID{}), factor.ErrNoFactor)
	assert.Equal(t, []string{u.Email}, s.people.recipients(t, notify.FactorRemoved))
}

func testFactorsReset(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.client(t, "app")
	s := f.factors(t)
	u := f.user(t, "alice") // an administrator
	live := f.session(t, u)
	require.NoError(t, s.Reset(ctx, audittest.Operator(), u.ID), "there is nothing to remove")
	secret, codes := s.setUp(t, u)
	verified := *u
	lesser := audit.Actor{Kind: audit.ClientActor, ID: "support", Scopes: []string{audit.WriteScope("users")}}
	require.ErrorIs(t, s.Reset(ctx, lesser, u.ID), audit.ErrForbidden, "an administrator of more than that")
	require.ErrorIs(t, s.Reset(ctx, audit.Self(ctx, u.ID), u.ID), audit.ErrForbidden, "a user without authority")
	require.ErrorIs(t, s.Reset(ctx, audittest.Operator(), f.newID()), provider.ErrNotFound)
	kept, err := f.Session(ctx, live.ID)
	require.NoError(t, err)
	require.Nil(t, kept.EndedAt)
	offline := &grant.Grant{ID: f.newID(), ClientID: "app", UserID: u.ID, UserGeneration: u.Generation, CreatedAt: f.clock(), Offline: true}
	require.NoError(t, f.CreateGrant(ctx, offline))
	require.NoError(t, s.Reset(ctx, audittest.Operator(), u.ID))
	back, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Empty(t, back.Factors)
	kept, err = f.Session(ctx, live.ID)
	require.NoError(t, err)
	assert.NotNil(t, kept.EndedAt)
	require.Error(t, f.InsertToken(ctx, f.token(offline.ID)), "what outlives a session ends as well")
	require.ErrorIs(t, f.CreateSession(ctx, f.newSession(&verified)), provider.ErrStale, "whoever was signing in meanwhile")
	require.ErrorIs(t, s.enter(ctx, u, factortest.Code(secret, f.clock())), factor.ErrCode)
	require.ErrorIs(t, s.recover(ctx, u, codes[0]), factor.ErrCode)
	assert.Equal(t, []string{u.Email}, s.people.recipients(t, notify.FactorsReset))
	records, err := f.Records(ctx, audit.Filter{Action: audit.FactorReset}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1, "that of the user without factors changed nothing")

	bob := f.user(t, "bob")
	bob.Roles = []string{account.RoleAuditor}
	require.NoError(t, f.UpdateUser(ctx, bob))
	s.setUp(t, bob)
	require.ErrorIs(t, s.Reset(ctx, lesser, bob.ID), audit.ErrForbidden, "who sees everything")
	bob, err = f.User(ctx, bob.ID)
	require.NoError(t, err)
	bob.Roles = nil
	require.NoError(t, f.UpdateUser(ctx, bob))
	require.NoError(t, s.Reset(ctx, lesser, bob.ID))
}

// Two changes at once, of whichever factors, leave the column as the tables are.
// A sign-in that verified the password alone, and the set-up of a factor at the same time.
// Of a hundred attempts at once the limit is compared, and a right code is accepted once.
func testFactorsResealed(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.factors(t)
	u := f.user(t, "alice")
	secret, codes := s.setUp(t, u)
	require.NoError(t, s.recover(ctx, u, codes[0]))
	key := s.people.ring.Key(keyring.Factor)
	n, err := factor.Reseal(ctx, f.Store, key)
	require.NoError(t, err)
	assert.Zero(t, n)
	before, err := f.TOTP(ctx, u.ID)
	require.NoError(t, err)
	require.NoError(t, s.people.ring.Rotate(ctx, audittest.Operator(), f.clock()))
	n, err = factor.Reseal(ctx, f.Store, key)
	require.NoError(t, err)
	assert.Equal(t, 10, n, "the secret, and the codes that are not used")
	n, err = factor.Reseal(ctx, f.Store, key)
	require.NoError(t, err)
	assert.Zero(t, n)
	after, err := f.TOTP(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, []byte{1, 2}, []byte{before.Sealed[0], after.Sealed[0]})
	require.NoError(t, f.ResealTOTP(ctx, u.ID, before.Sealed, []byte{3}), "another server has done it already")
	require.NoError(t, s.enter(ctx, u, factortest.Code(secret, f.clock())))
	require.NoError(t, s.recover(ctx, u, codes[1]))
	require.ErrorIs(t, s.recover(ctx, u, codes[0]), factor.ErrCode)
}
