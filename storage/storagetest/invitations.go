package storagetest

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// byInvitation is a policy under which nobody registers in another way.
func byInvitation(p *account.Policy) { p.Open, p.Invitations = false, true }

func testInvitations(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, byInvitation)
	invitations := account.NewInvitations(s.SelfService)
	_, err := s.Register(ctx, account.Application{Username: "ada", Email: "ada@example.com", Password: goodPassword}, "")
	require.ErrorIs(t, err, account.ErrUninvited)

	inv := &account.Invitation{Email: " Ada@Example.com", Roles: []string{"editor"}, Locale: "de"}
	require.NoError(t, invitations.Invite(ctx, audittest.Operator(), inv))
	m, code := s.sent(t, "ada@example.com")
	assert.Equal(t, []any{notify.Invitation, notify.Mail, "de", inv.ID}, []any{m.Kind, m.Channel, m.Locale, m.Verification})
	_, link, err := s.codes.Code(ctx, inv.ID)
	require.NoError(t, err)
	assert.Equal(t, "https://id.example.com/register?code="+code+"&id="+inv.ID.String(), link)
	listed, err := invitations.List(ctx, provider.ID{}, 10)
	require.NoError(t, err)
	require.Len(t, listed, 1)
	assert.Equal(t, inv, listed[0])

	// The code is worth nothing elsewhere, and the person decides nothing but the name, password and profile.
	_, err = s.Confirm(ctx, inv.ID, code)
	require.ErrorIs(t, err, verification.ErrClosed)
	_, err = s.Reset(ctx, inv.ID, code, goodPassword)
	require.ErrorIs(t, err, verification.ErrClosed)
	require.ErrorIs(t, s.Resend(ctx, inv.ID), verification.ErrClosed)
	ada := account.Application{Username: "ada", Email: "mallory@example.com", Phone: "+442071838750", Password: goodPassword, Profile: account.Profile{Name: "Ada"}}
	_, err = s.Accept(ctx, inv.ID, other(code), ada, "")
	require.ErrorIs(t, err, verification.ErrCode)
	_, err = s.Accept(ctx, inv.ID, code, account.Application{Username: "a", Password: "short"}, "")
	require.ErrorIs(t, err, account.ErrUsername)
	require.ErrorIs(t, err, account.ErrPassword)
	u, err := s.Accept(ctx, inv.ID, code, ada, "fr")
	require.NoError(t, err)
	kept, err := f.User(ctx, inv.ID)
	require.NoError(t, err)
	assert.Equal(t, u, kept)
	assert.Equal(t, []any{"ada", "ada@example.com", true, "", []string{"editor"}, "Ada", "fr"}, []any{kept.Username, kept.Email, kept.EmailVerified, kept.Phone, kept.Roles, kept.Profile.Name, kept.Profile.Locale})
	_, err = s.Accept(ctx, inv.ID, code, ada, "")
	require.ErrorIs(t, err, verification.ErrClosed, "used")
	listed, err = invitations.List(ctx, provider.ID{}, 10)
	require.NoError(t, err)
	assert.Empty(t, listed)
	require.ErrorIs(t, invitations.Invite(ctx, audittest.Operator(), &account.Invitation{Email: "ada@example.com"}), account.ErrEmailTaken)

	// By phone, without a user name that could be made of it.
	inv = &account.Invitation{Phone: "+442071838751"}
	require.NoError(t, invitations.Invite(ctx, audittest.Operator(), inv))
	_, code = s.sent(t, "+442071838751")
	_, err = s.Accept(ctx, inv.ID, code, account.Application{Username: " ", Password: goodPassword}, "")
	require.ErrorIs(t, err, account.ErrUsernameMissing)
	u, err = s.Accept(ctx, inv.ID, code, account.Application{Username: "bob", Password: goodPassword}, "")
	require.NoError(t, err)
	assert.Equal(t, []any{"+442071838751", true, ""}, []any{u.Phone, u.PhoneVerified, u.Email})
	require.ErrorIs(t, invitations.Invite(ctx, audittest.Operator(), &account.Invitation{Phone: "+442071838751"}), account.ErrPhoneTaken)
}

// Whoever sends the link again need not know what was in the first invitation.
func testInvitationsAgain(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, byInvitation)
	invitations := account.NewInvitations(s.SelfService)
	invite := func(t *testing.T, again account.Invitation) []any {
		t.Helper()
		f.advance(time.Second)
		again.Email = "ada@example.com"
		require.NoError(t, invitations.Invite(t.Context(), audittest.Operator(), &again))
		m, _ := s.sent(t, again.Email)
		listed, err := invitations.List(t.Context(), provider.ID{}, 10)
		require.NoError(t, err)
		require.Len(t, listed, 1)
		assert.Equal(t, again.ID, listed[0].ID)
		assert.Equal(t, listed[0].Locale, m.Locale)
		return []any{len(listed[0].Roles), strings.Join(listed[0].Roles, " "), m.Locale}
	}
	assert.Equal(t, []any{1, "editor", "de"}, invite(t, account.Invitation{Roles: []string{"editor"}, Locale: "de"}))
	assert.Equal(t, []any{1, "editor", "de"}, invite(t, account.Invitation{}))
	assert.Equal(t, []any{1, "editor", "fr"}, invite(t, account.Invitation{Locale: "fr"}))
	assert.Equal(t, []any{1, "author", "fr"}, invite(t, account.Invitation{Roles: []string{"author"}}))
	assert.Equal(t, []any{0, "", "fr"}, invite(t, account.Invitation{Roles: []string{}}), "given: none")
	invite(t, account.Invitation{Roles: []string{account.RoleAdmin}})
	users := audit.Actor{Kind: audit.ClientActor, ID: "users", Scopes: []string{audit.WriteScope("users")}}
	require.ErrorIs(t, invitations.Invite(ctx, users, &account.Invitation{Email: "ada@example.com"}), audit.ErrForbidden, "nobody passes on what he may not give")
}

func testInvitationsEnd(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, byInvitation)
	invitations := account.NewInvitations(s.SelfService)
	invite := func(t *testing.T, address string) (*account.Invitation, string) {
		t.Helper()
		f.advance(time.Second)
		inv := &account.Invitation{Email: address}
		require.NoError(t, invitations.Invite(t.Context(), audittest.Operator(), inv))
		_, code := s.sent(t, address)
		return inv, code
	}
	accept := func(inv *account.Invitation, code string) error {
		_, err := s.Accept(ctx, inv.ID, code, account.Application{Password: goodPassword}, "")
		return err
	}
	first, code := invite(t, "ada@example.com")
	second, newer := invite(t, "ada@example.com")
	require.ErrorIs(t, accept(first, code), verification.ErrClosed, "replaced")
	third, _ := invite(t, "bob@example.com")
	page, err := invitations.List(ctx, second.ID, 10)
	require.NoError(t, err)
	require.Len(t, page, 1)
	assert.Equal(t, third.ID, page[0].ID)
	require.NoError(t, invitations.Withdraw(ctx, audittest.Operator(), second.ID))
	require.ErrorIs(t, accept(second, newer), verification.ErrClosed, "withdrawn")
	require.ErrorIs(t, invitations.Withdraw(ctx, audittest.Operator(), second.ID), provider.ErrNotFound)
	user := f.selfService(t, nil).registered(t, "carol")
	require.ErrorIs(t, invitations.Withdraw(ctx, audittest.Operator(), user.ID), provider.ErrNotFound, "of another purpose")

	late, code := invite(t, "dora@example.com")
	f.advance(7*24*time.Hour - time.Second)
	for range 2 * verification.MaxTries { // as programs do that look for bad links in mails
		_, err = s.Invited(ctx, late.ID)
		require.NoError(t, err)
	}
	f.advance(time.Second)
	require.ErrorIs(t, accept(late, code), verification.ErrClosed, "expired")

	guessed, code := invite(t, "erin@example.com")
	for range verification.MaxTries {
		require.ErrorIs(t, accept(guessed, other(code)), verification.ErrCode)
	}
	require.ErrorIs(t, accept(guessed, code), verification.ErrClosed, "tried too often")

	// Only one of those who have the link makes an account.
	shared, code := invite(t, "frank@example.com")
	var accepted atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if accept(shared, code) == nil {
				accepted.Add(1)
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 1, accepted.Load())
}

func testInvitationsNeedAuthority(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, byInvitation)
	invitations := account.NewInvitations(s.SelfService)
	users := audit.Actor{Kind: audit.ClientActor, ID: "users", Scopes: []string{audit.WriteScope("users")}}
	readers := audit.Actor{Kind: audit.ClientActor, ID: "readers", Scopes: []string{audit.ReadScope("users")}}
	require.ErrorIs(t, invitations.Invite(ctx, readers, &account.Invitation{Email: "ada@example.com"}), audit.ErrForbidden)
	for _, role := range []string{account.RoleAdmin, account.RoleAuditor} {
		require.ErrorIs(t, invitations.Invite(ctx, users, &account.Invitation{Email: "ada@example.com", Roles: []string{role}}), audit.ErrForbidden, "that would be one of the caller's choice")
		privileged := &account.Invitation{Email: role + "@example.com", Roles: []string{role}}
		require.NoError(t, invitations.Invite(ctx, audittest.Operator(), privileged))
		require.ErrorIs(t, invitations.Withdraw(ctx, users, privileged.ID), audit.ErrForbidden, role)
		require.ErrorIs(t, invitations.Invite(ctx, users, &account.Invitation{Email: role + "@example.com"}), audit.ErrForbidden, "that would withdraw it")
		_, err := s.Invited(ctx, privileged.ID)
		require.NoError(t, err)
	}
	inv := &account.Invitation{Email: "ada@example.com", Roles: []string{"editor"}}
	require.NoError(t, invitations.Invite(ctx, users, inv))
	require.ErrorIs(t, invitations.Withdraw(ctx, readers, inv.ID), audit.ErrForbidden)
	for name, wrong := range map[string]*account.Invitation{
		"no contact": {}, "both": {Email: "a@example.com", Phone: "+442071838750"}, "address": {Email: "not an address"}, "number": {Phone: "12"},
		"role": {Email: "a@example.com", Roles: []string{"Not A Role"}}, "language": {Email: "a@example.com", Locale: "x_y"},
	} {
		var found account.Wrong
		require.ErrorAs(t, invitations.Invite(ctx, users, wrong), &found, name)
		assert.Len(t, found, 1, name)
	}
	off := account.NewInvitations(f.selfService(t, func(p *account.Policy) { p.Open = false }).SelfService)
	require.ErrorIs(t, off.Invite(ctx, users, &account.Invitation{Email: "bob@example.com"}), account.ErrRegistrationOff)
	silent := account.NewInvitations(f.selfService(t, func(p *account.Policy) { p.Invitations, p.Mail = true, false }).SelfService)
	require.ErrorIs(t, silent.Invite(ctx, users, &account.Invitation{Email: "bob@example.com"}), account.ErrChannel)
	_, code := s.sent(t, "ada@example.com")
	_, err := f.selfService(t, func(p *account.Policy) { p.Open = false }).Accept(ctx, inv.ID, code, account.Application{Password: goodPassword}, "")
	require.ErrorIs(t, err, account.ErrRegistrationOff, "it was turned off since")
}

// other is a code that is wrong.
func other(code string) string {
	if code[0] == '0' {
		return "1" + code[1:]
	}
	return "0" + code[1:]
}
