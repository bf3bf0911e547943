package storagetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
)

// People whose addresses begin alike register at the same time, and none of them chose a name: each gets one.
func testDerivedNames(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, func(p *account.Policy) { p.Invitations = true })
	applied := func(t *testing.T, email string) (provider.ID, string) {
		t.Helper()
		id, err := s.Register(t.Context(), account.Application{Email: email, Password: goodPassword}, "")
		require.NoError(t, err, email)
		_, code := s.sent(t, email)
		return id, code
	}
	var made atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		id, code := applied(t, fmt.Sprintf("john@%d.example", i))
		all.Go(func() {
			u, err := s.Confirm(ctx, id, code)
			if assert.NoError(t, err) && assert.Regexp(t, "^john(-[0-9a-f]{8})?$", u.Username) {
				made.Add(1)
			}
		})
	}
	all.Wait()
	assert.EqualValues(t, 8, made.Load())

	// A name that looks like somebody else's is none, and was not chosen either.
	s.registered(t, "lxyz")
	id, code := applied(t, "1xyz@example.org")
	u, err := s.Confirm(ctx, id, code)
	require.NoError(t, err)
	assert.Regexp(t, "^1xyz-[0-9a-f]{8}$", u.Username)
	inv := &account.Invitation{Email: "ixyz@example.org"}
	require.NoError(t, account.NewInvitations(s.SelfService).Invite(ctx, audittest.Operator(), inv))
	_, code = s.sent(t, "ixyz@example.org")
	u, err = s.Accept(ctx, inv.ID, code, account.Application{Password: goodPassword}, "")
	require.NoError(t, err)
	assert.Regexp(t, "^ixyz", u.Username)

	// Who chose the name is told.
	id, err = s.Register(ctx, account.Application{Username: "late", Email: "late@example.org", Password: goodPassword}, "")
	require.NoError(t, err)
	_, code = s.sent(t, "late@example.org")
	s.registered(t, "late")
	_, err = s.Confirm(ctx, id, code)
	require.ErrorIs(t, err, account.ErrUsernameTaken)
}
