package storagetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// recipients are those of the messages of a kind.
func (s *selfService) recipients(t *testing.T, kind notify.Kind) []string {
	t.Helper()
	all, err := s.f.Messages(t.Context(), 100)
	require.NoError(t, err)
	var to []string
	for _, m := range all {
		if m.Kind == kind {
			to = append(to, m.To)
		}
	}
	return to
}

// People learn what administrators change, at the contacts that were theirs.
func testAdministrativeChangesAreTold(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.registered(t, "alice")
	_, err := s.registry.SetPasswordOf(ctx, audittest.Operator(), u.ID, newPassword)
	require.NoError(t, err)
	assert.Equal(t, []string{"alice@example.com"}, s.recipients(t, notify.PasswordChanged))
	change := func(change func(u *account.User)) {
		t.Helper()
		_, err := s.registry.Update(ctx, audittest.Operator(), "alice", change)
		require.NoError(t, err)
	}
	change(func(u *account.User) { u.Profile.Locale = "de" })
	assert.Empty(t, s.recipients(t, notify.ContactChangedAgain))
	change(func(u *account.User) { u.SetEmail("typo@example.com") })
	assert.Equal(t, []string{"alice@example.com"}, s.recipients(t, notify.ContactChangedAgain))
	change(func(u *account.User) { u.SetEmail("alice@example.com") })
	assert.Len(t, s.recipients(t, notify.ContactChangedAgain), 1, "nobody had proved the other one")
	change(func(u *account.User) { u.SetPhone("+442071838750"); u.PhoneVerified = true })
	change(func(u *account.User) { u.SetPhone("") })
	assert.ElementsMatch(t, []string{"alice@example.com", "+442071838750"}, s.recipients(t, notify.ContactChangedAgain))
	_, err = s.registry.Update(ctx, audittest.Operator(), "alice", func(u *account.User) { u.Username = "no name" })
	require.Error(t, err)
	assert.Len(t, s.recipients(t, notify.ContactChangedAgain), 2, "nothing changed")
}

// Who has a phone number alone is warned by it, and recovers by the user name too.
func testPhoneOnly(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	const number = "+442071838750"
	for name, verified := range map[string]bool{"carol": true, "dave": false} {
		u := &account.User{Username: name, Phone: number, PhoneVerified: verified}
		require.NoError(t, s.registry.Create(ctx, audittest.Operator(), u, newPassword))
	}
	f.statements.Store(0)
	_, err := s.Forgot(ctx, account.Forgotten{Contact: "dave"})
	require.NoError(t, err)
	unproved := f.statements.Swap(0)
	id, err := s.Forgot(ctx, account.Forgotten{Contact: "carol"})
	require.NoError(t, err)
	assert.Equal(t, unproved, f.statements.Load())
	assert.Equal(t, []string{number}, s.recipients(t, notify.ResetPassword), "anybody may say that a number is theirs")
	code, _, err := s.codes.Code(ctx, id)
	require.NoError(t, err)
	u, err := s.Reset(ctx, id, code, "another "+newPassword)
	require.NoError(t, err)
	assert.Equal(t, "carol", u.Username)
	assert.Equal(t, []string{number}, s.recipients(t, notify.PasswordChanged))
	s.NewSignIn(ctx, u, "Firefox on Windows")
	assert.Equal(t, []string{number}, s.recipients(t, notify.NewSignIn))
	var invalid *account.Invalid
	_, err = s.ChangePassword(ctx, u, "0044 20 7183 8750")
	require.ErrorAs(t, err, &invalid, "the own number")
}

// The owner of a former address takes the account back, and the address that loses it is told.
func testUndoIsTold(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.registered(t, "alice")
	id, err := s.RequestEmail(ctx, u.ID, "new@example.com", "")
	require.NoError(t, err)
	_, code := s.sent(t, "new@example.com")
	_, err = s.ConfirmContact(ctx, u.ID, id, code)
	require.NoError(t, err)
	recent, err := s.codes.Recent(ctx, u.ID, verification.UndoEmail)
	require.NoError(t, err)
	code, _, err = s.codes.Code(ctx, recent[0].ID)
	require.NoError(t, err)
	_, err = s.Undo(ctx, recent[0].ID, code)
	require.NoError(t, err)
	assert.Equal(t, []string{"new@example.com"}, s.recipients(t, notify.ContactChangedAgain))
}

// Whoever reads the messages to one contact can undo changes: the owner of the other one learns of it, at what was there
// and at what came back.
func testUndoIsToldToAll(t *testing.T, f *fixture) {
	s := f.selfService(t, nil)
	u := s.withPhone(t, s.registered(t, "alice"), somePhone)
	s.f.advance(73 * time.Hour) // the number is known by now
	s.changed(t, u, "new@example.com")
	m, code := s.told(t, "alice@example.com", true)
	s.undone(t, m, code)
	assert.ElementsMatch(t, []string{"alice@example.com", somePhone}, s.recipients(t, notify.ChangesUndone))
	told, _ := s.sent(t, somePhone)
	assert.Equal(t, []any{notify.ChangesUndone, "alice@example.com", u.Username}, []any{told.Kind, told.Data.Address, told.Data.Username})

	// What nobody has proved is told nothing: it may be that of a stranger.
	bob := s.changed(t, s.made(t, "bob", "bob@staff.example"), "+4915112345678")
	s.changed(t, bob, "+4915112345679")
	m, code = s.told(t, "+4915112345678", true)
	s.undone(t, m, code)
	assert.ElementsMatch(t, []string{"alice@example.com", somePhone, "+4915112345678"}, s.recipients(t, notify.ChangesUndone))
}

// Whoever took an account does not have it deleted after it was taken back.
func testUndoKeepsTheAccount(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.changed(t, s.registered(t, "alice"), "thief@thief.example")
	m, code := s.told(t, "alice@example.com", true)
	_, err := s.RequestDeletion(ctx, u, grace)
	require.NoError(t, err)
	got := s.undone(t, m, code)
	assert.Nil(t, got.DeleteAt)
	assert.Nil(t, f.current(t, u).DeleteAt)
	records, err := f.Records(ctx, audit.Filter{Action: audit.UserKeep}, 10)
	require.NoError(t, err)
	assert.Len(t, records, 1, "whoever was told of the deletion learns that there is none")
	f.advance(2 * grace)
	n, err := s.registry.DeleteDue(ctx)
	require.NoError(t, err)
	assert.Zero(t, n)
}

// Whoever registers with the address of another person uses up no room for what an administrator or a user
// who is signed in asks for.
func testRegistrationsKeepNobodyOut(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, func(p *account.Policy) { p.Invitations = true })
	u := s.registered(t, "alice")
	var err error
	for err == nil {
		_, err = s.Register(ctx, account.Application{Username: "mallory", Email: "bob@example.com", Password: newPassword}, "")
	}
	require.ErrorIs(t, err, notify.ErrTooMany)
	require.NoError(t, account.NewInvitations(s.SelfService).Invite(ctx, audittest.Operator(), &account.Invitation{Email: "bob@example.com"}))
	_, err = s.RequestEmail(ctx, u.ID, "bob@example.com", "")
	require.NoError(t, err)
}
