package storagetest

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// Who was invited need not find the link: whoever proves the contact in another way gets the same roles.
func testInvitedWithoutTheLink(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, func(p *account.Policy) { p.Invitations = true })
	invitations := account.NewInvitations(s.SelfService)
	invite := func(t *testing.T, inv account.Invitation) (provider.ID, string) {
		t.Helper()
		require.NoError(t, invitations.Invite(t.Context(), audittest.Operator(), &inv))
		_, code := s.sent(t, inv.Email+inv.Phone)
		f.advance(time.Second)
		return inv.ID, code
	}
	confirm := func(t *testing.T, by *selfService, a account.Application) *account.User {
		t.Helper()
		a.Password = goodPassword
		id, err := by.Register(t.Context(), a, "")
		require.NoError(t, err)
		code, _, err := by.codes.Code(t.Context(), id)
		require.NoError(t, err)
		u, err := by.Confirm(t.Context(), id, code)
		require.NoError(t, err)
		f.advance(time.Second)
		kept, err := f.User(t.Context(), u.ID)
		require.NoError(t, err)
		assert.ElementsMatch(t, u.Roles, kept.Roles)
		return kept
	}
	open := func(t *testing.T, id provider.ID) bool {
		t.Helper()
		_, err := s.Invited(t.Context(), id)
		if err != nil {
			require.ErrorIs(t, err, verification.ErrClosed)
		}
		return err == nil
	}

	ada, link := invite(t, account.Invitation{Email: "ada@example.com", Roles: []string{"editor", "author"}})
	u := confirm(t, s, account.Application{Username: "ada", Email: " ADA@example.com"})
	assert.Equal(t, []string{"editor", "author"}, u.Roles)
	assert.NotEqual(t, ada, u.ID)
	assert.False(t, open(t, ada))
	_, err := s.Accept(ctx, ada, link, account.Application{Username: "again", Password: goodPassword}, "")
	require.ErrorIs(t, err, verification.ErrClosed, "there is one account of an invitation")
	require.ErrorIs(t, invitations.Withdraw(ctx, audittest.Operator(), ada), provider.ErrNotFound)
	bob, _ := invite(t, account.Invitation{Phone: "+442071838750", Roles: []string{"editor"}})
	assert.Equal(t, []string{"editor"}, confirm(t, s, account.Application{Username: "bob", Phone: "+442071838750"}).Roles)
	assert.False(t, open(t, bob))
	assert.Equal(t, []string{"editor"}, func() []string { // a name that nobody chose
		invite(t, account.Invitation{Email: "dora@example.com", Roles: []string{"editor"}})
		return confirm(t, s, account.Application{Email: "dora@example.com"}).Roles
	}())

	// What somebody says of himself proves nothing, and an invitation is nobody else's.
	phone, _ := invite(t, account.Invitation{Phone: "+442071838751", Roles: []string{account.RoleAdmin}})
	mail, _ := invite(t, account.Invitation{Email: "root@example.com", Roles: []string{account.RoleAdmin}})
	assert.Empty(t, confirm(t, s, account.Application{Username: "mallory", Email: "mallory@example.com", Phone: "+442071838751"}).Roles, "beside an address the number is not proved")
	assert.Empty(t, confirm(t, s, account.Application{Username: "oscar", Email: "root@example.com.example"}).Roles)
	assert.Empty(t, confirm(t, s, account.Application{Username: "root", Email: "root+1@example.com"}).Roles)
	id, err := s.Register(ctx, account.Application{Username: "trudy", Email: "root@example.com", Password: goodPassword}, "")
	require.NoError(t, err)
	_, code := s.sent(t, "root@example.com")
	_, err = s.Confirm(ctx, id, other(code))
	require.ErrorIs(t, err, verification.ErrCode)
	_, err = s.ConfirmWithPassword(ctx, id, code, "another password", "")
	require.ErrorIs(t, err, account.ErrSignIn)
	assert.True(t, open(t, phone))
	assert.True(t, open(t, mail), "without the code it was not used")

	// An invitation that was withdrawn or has ended is none, and neither is one where nobody is invited any more.
	gone, _ := invite(t, account.Invitation{Email: "gone@example.com", Roles: []string{"editor"}})
	require.NoError(t, invitations.Withdraw(ctx, audittest.Operator(), gone))
	assert.Empty(t, confirm(t, s, account.Application{Username: "gone", Email: "gone@example.com"}).Roles)
	off, _ := invite(t, account.Invitation{Email: "off@example.com", Roles: []string{"editor"}})
	assert.Empty(t, confirm(t, f.selfService(t, nil), account.Application{Username: "off", Email: "off@example.com"}).Roles)
	assert.True(t, open(t, off))
	invite(t, account.Invitation{Email: "late@example.com", Roles: []string{"editor"}})
	f.advance(verification.Invitation.Lifetime())
	assert.Empty(t, confirm(t, s, account.Application{Username: "late", Email: "late@example.com"}).Roles)
}

// Of the link and the code of a registration, used at once, one makes the account, and with the roles.
func testInvitedWithAndWithoutTheLink(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, func(p *account.Policy) { p.Invitations = true })
	inv := &account.Invitation{Email: "ada@example.com", Roles: []string{"editor"}}
	require.NoError(t, account.NewInvitations(s.SelfService).Invite(ctx, audittest.Operator(), inv))
	_, link := s.sent(t, "ada@example.com")
	f.advance(time.Second)
	id, err := s.Register(ctx, account.Application{Username: "ada", Email: "ada@example.com", Password: goodPassword}, "")
	require.NoError(t, err)
	_, code := s.sent(t, "ada@example.com")
	made := make([]*account.User, 20)
	var all sync.WaitGroup
	for n := range made {
		all.Go(func() {
			if n%5 > 0 {
				made[n], _ = s.Confirm(ctx, id, code) // the others are refused
			} else { // four: a fifth try at once closes the link until the others are over
				made[n], _ = s.Accept(ctx, inv.ID, link, account.Application{Username: "lovelace", Password: goodPassword}, "")
			}
		})
	}
	all.Wait()
	count := 0
	for _, u := range made {
		if u != nil {
			count++
			assert.Equal(t, []string{"editor"}, u.Roles)
		}
	}
	assert.Equal(t, 1, count)
	assert.Equal(t, 1, Count(t, f.url, "users"))
}
