package storagetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/storage"
)

// opened is a change of a contact that a user has begun. The bounds of messages do not count.
func (s *selfService) opened(t *testing.T, u *account.User, purpose verification.Purpose, address string) (id provider.ID, code string) {
	t.Helper()
	v, err := s.codes.Open(t.Context(), verification.Verification{Purpose: purpose, UserID: u.ID, Generation: u.Generation, Address: address}, nil)
	require.NoError(t, err)
	code, _, err = s.codes.Code(t.Context(), v.ID)
	require.NoError(t, err)
	return v.ID, code
}

// slowPeople takes its time to find who has a number: all who look at once find nobody.
type slowPeople struct{ *storage.Store }

func (p slowPeople) UsersByPhone(ctx context.Context, number string) ([]*account.User, error) {
	defer time.Sleep(20 * time.Millisecond)
	return p.Store.UsersByPhone(ctx, number)
}

// Of 50 users who prove one contact at once, one of them by a registration, one has it, and the others are
// told.
func testContactRace(t *testing.T, f *fixture) {
	s := f.selfService(t, nil)
	s.SelfService = account.NewSelfService(s.registry, slowPeople{f.Store}, f.Store, s.codes, notify.NewOutbox(f.Store, f.clock, rand.Reader), s.Policy())
	for _, tc := range []struct {
		purpose verification.Purpose
		address string
		new     account.Application
		taken   error
	}{
		{verification.NewPhone, somePhone, account.Application{Username: "by-phone", Phone: somePhone, Password: goodPassword}, account.ErrPhoneTaken},
		{verification.NewEmail, "one@example.com", account.Application{Username: "by-email", Email: "one@example.com", Password: goodPassword}, account.ErrEmailTaken},
	} {
		var confirm []func(ctx context.Context) error
		for i := range 49 {
			u := f.userNamed(fmt.Sprintf("%s-%d", tc.new.Username, i))
			require.NoError(t, f.CreateUser(t.Context(), u))
			id, code := s.opened(t, u, tc.purpose, tc.address)
			confirm = append(confirm, func(ctx context.Context) error {
				_, err := s.ConfirmContact(ctx, u.ID, id, code)
				return err
			})
		}
		id, err := s.Register(t.Context(), tc.new, "")
		require.NoError(t, err)
		_, code := s.sent(t, tc.address)
		confirm = append(confirm, func(ctx context.Context) error {
			_, err := s.Confirm(ctx, id, code)
			return err
		})
		var won atomic.Int32
		var group sync.WaitGroup
		for _, one := range confirm {
			group.Go(func() {
				if err := one(t.Context()); err == nil {
					won.Add(1)
				} else {
					assert.ErrorIs(t, err, tc.taken)
				}
			})
		}
		group.Wait()
		assert.EqualValues(t, 1, won.Load(), tc.address)
	}
	assert.Equal(t, 1, Count(t, f.url, "users WHERE phone = '"+somePhone+"'"))
	assert.Equal(t, 1, Count(t, f.url, "users WHERE email = 'one@example.com'"))
}

// What administrators, or the previous version, say of a number is not in the way of who proves it.
func testProvedPhones(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	operator := audit.BackgroundJob("test")
	set := func(u *account.User, number string, verified bool) error {
		_, err := s.registry.Change(ctx, operator, u.ID, func(u *account.User) error { u.Phone, u.PhoneVerified = number, verified; return nil })
		return err
	}
	alice, bob := s.withPhone(t, s.registered(t, "alice"), somePhone), s.registered(t, "bob")
	require.NoError(t, set(bob, somePhone, true), "a number of a family")
	require.NoError(t, set(bob, "", false))
	// Who begins with a number before another user has proved it, and confirms it after that.
	id, code := s.opened(t, bob, verification.NewPhone, somePhone)
	_, err := s.ConfirmContact(ctx, bob.ID, id, code)
	require.ErrorIs(t, err, account.ErrPhoneTaken)
	require.NoError(t, set(bob, somePhone, false))
	f.advance(time.Second) // the one that was begun last counts
	id, code = s.opened(t, bob, verification.NewPhone, somePhone)
	_, err = s.ConfirmContact(ctx, bob.ID, id, code)
	require.ErrorIs(t, err, account.ErrPhoneTaken, "also where the own number is only to be proved")

	recovery, err := s.Forgot(ctx, account.Forgotten{Contact: somePhone})
	require.NoError(t, err)
	require.NoError(t, set(alice, somePhone, false))
	f.advance(time.Second)
	id, code = s.opened(t, bob, verification.NewPhone, somePhone)
	_, err = s.ConfirmContact(ctx, bob.ID, id, code)
	require.NoError(t, err, "in doubt, the number is free")
	code, _, err = s.codes.Code(ctx, recovery)
	require.NoError(t, err)
	_, err = s.Reset(ctx, recovery, code, newPassword)
	require.ErrorIs(t, err, verification.ErrClosed, "the number is not known to be the user's any more")
	require.NoError(t, set(alice, somePhone, true))

	const other = "+4915112345678"
	carol := s.withPhone(t, s.registered(t, "carol"), other)
	Exec(t, f.url, "UPDATE users SET phone = '+4915112345679' WHERE username = 'carol'") // by the previous version
	dave := s.withPhone(t, s.registered(t, "dave"), other)
	require.ErrorIs(t, f.ProvePhone(ctx, f.newID()), provider.ErrNotFound)
	require.NoError(t, set(carol, other, true))
	err = f.InTx(ctx, func(ctx context.Context) error { return f.ProvePhone(ctx, carol.ID) })
	require.ErrorIs(t, err, provider.ErrConflict)
	_, err = s.RemovePhone(ctx, dave)
	require.NoError(t, err)
	require.NoError(t, f.ProvePhone(ctx, carol.ID), "the number is free")
	require.ErrorIs(t, f.ProvePhone(ctx, dave.ID), provider.ErrNotFound, "there is no number to prove")
}
