package storagetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// Nobody gets an address whose domain ends in a number; a user of an older version who has one goes on.
func testNumericDomains(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	operator := audit.BackgroundJob("test")
	const address = "ada@192.0.2.1"
	_, err := s.Register(ctx, account.Application{Username: "ada", Email: address, Password: goodPassword}, "")
	require.ErrorIs(t, err, account.ErrEmail)
	require.ErrorIs(t, s.registry.Create(ctx, operator, &account.User{Username: "ada", Email: address}, ""), account.ErrEmail)
	u := s.registered(t, "ada")
	_, err = s.RequestEmail(ctx, u.ID, address, "")
	require.ErrorIs(t, err, account.ErrEmail)
	_, err = s.registry.Change(ctx, operator, u.ID, func(u *account.User) error { u.SetEmail(address); return nil })
	require.ErrorIs(t, err, account.ErrEmail)

	Exec(t, f.url, "UPDATE users SET email = '"+address+"' WHERE username = 'ada'")
	_, err = s.registry.Change(ctx, operator, u.ID, func(u *account.User) error { u.Profile.Nickname = "Ada"; return nil })
	require.NoError(t, err)
	found, err := f.UserByLogin(ctx, account.LoginForms("Ada@192.0.2.1")...)
	require.NoError(t, err)
	assert.Equal(t, u.ID, found.ID)
	f.advance(time.Second)
	id, err := s.Forgot(ctx, account.Forgotten{Contact: address})
	require.NoError(t, err)
	m, code := s.sent(t, address)
	assert.Equal(t, []any{notify.ResetPassword, id}, []any{m.Kind, m.Verification})
	_, err = s.Reset(ctx, id, code, newPassword)
	require.NoError(t, err)
}
