package storagetest

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

const somePhone = "+442071838750"

// withPhone gives a user a number that is proved.
func (s *selfService) withPhone(t *testing.T, u *account.User, number string) *account.User {
	t.Helper()
	id, err := s.RequestPhone(t.Context(), u.ID, number, "")
	require.NoError(t, err)
	_, code := s.sent(t, number)
	u, err = s.ConfirmContact(t.Context(), u.ID, id, code)
	require.NoError(t, err)
	s.f.advance(time.Minute)
	return u
}

func testContactRemoval(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.withPhone(t, s.registered(t, "alice"), somePhone)
	added, _ := s.sent(t, "alice@example.com")
	assert.Equal(t, []any{notify.ContactChanged, somePhone, true}, []any{added.Kind, added.Data.Address, added.Data.Added})
	f.advance(73 * time.Hour) // the link of that change is over

	got, err := s.RemovePhone(ctx, u)
	require.NoError(t, err)
	assert.Equal(t, []any{"", false, "alice@example.com"}, []any{got.Phone, got.PhoneVerified, got.Email})
	m, undo := s.sent(t, somePhone)
	assert.Equal(t, []any{notify.ContactChanged, notify.SMS, "", somePhone, false}, []any{m.Kind, m.Channel, m.Data.Address, m.Data.Removed, m.Data.Added})
	require.NotEmpty(t, undo)
	records, err := f.Records(ctx, audit.Filter{Action: audit.UserChangeContact}, 10)
	require.NoError(t, err)
	require.Len(t, records, 2)
	assert.Equal(t, audit.Change{Before: somePhone}, records[0].Changes["phone_number"])
	got, err = s.RemovePhone(ctx, u)
	require.NoError(t, err, "removed already")
	assert.Empty(t, got.Phone)

	// What the account is recovered with stays.
	_, err = s.RemoveEmail(ctx, got)
	require.ErrorIs(t, err, account.ErrLastContact)
	f.advance(71 * time.Hour)
	got, err = s.Undo(ctx, m.Verification, undo)
	require.NoError(t, err)
	assert.Equal(t, []any{somePhone, true}, []any{got.Phone, got.PhoneVerified})
	_, err = s.RemovePhone(ctx, u)
	require.ErrorIs(t, err, account.ErrSignIn, "the proof is of before the undo")

	f.advance(73 * time.Hour)
	got, err = s.RemoveEmail(ctx, got)
	require.NoError(t, err)
	assert.Equal(t, []any{"", false, somePhone}, []any{got.Email, got.EmailVerified, got.Phone})
	m, undo = s.sent(t, "alice@example.com")
	assert.Equal(t, []any{notify.ContactChanged, "alice@example.com"}, []any{m.Kind, m.Data.Removed})
	assert.NotEmpty(t, undo)
	_, err = s.RemovePhone(ctx, got)
	require.ErrorIs(t, err, account.ErrLastContact)
}

// A contact that is there, and does not recover the account, is not enough.
func testContactThatCannotRecover(t *testing.T, f *fixture) {
	ctx := t.Context()
	operator := audit.BackgroundJob("test")
	s := f.selfService(t, nil)
	u := s.withPhone(t, s.registered(t, "alice"), somePhone)
	noSMS := f.selfService(t, func(p *account.Policy) { p.SMS = false })
	_, err := noSMS.RemoveEmail(ctx, u)
	require.ErrorIs(t, err, account.ErrLastContact, "no SMS can be sent")
	noMail := f.selfService(t, func(p *account.Policy) { p.Mail = false })
	_, err = noMail.RemovePhone(ctx, u)
	require.ErrorIs(t, err, account.ErrLastContact, "no mail can be sent")
	staff := f.selfService(t, func(p *account.Policy) { p.Domains = []string{"example.com"} })
	_, err = staff.RemoveEmail(ctx, u)
	require.ErrorIs(t, err, account.ErrDomain, "a phone number alone is not enough to register")

	require.NoError(t, s.registry.Create(ctx, operator, &account.User{Username: "bob", Phone: somePhone, PhoneVerified: true}, ""))
	_, err = s.RemoveEmail(ctx, u)
	require.ErrorIs(t, err, account.ErrLastContact, "a number of two users")
	u, err = s.registry.Change(ctx, operator, u.ID, func(u *account.User) error { u.EmailVerified = false; return nil })
	require.NoError(t, err)
	_, err = s.RemovePhone(ctx, u)
	require.ErrorIs(t, err, account.ErrLastContact, "an address that nobody proved")
	kept, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{"alice@example.com", somePhone}, []string{kept.Email, kept.Phone})

	// Without a way to tell the number, the address is told.
	u, err = s.registry.Change(ctx, operator, u.ID, func(u *account.User) error { u.EmailVerified = true; return nil })
	require.NoError(t, err)
	f.advance(73 * time.Hour)
	_, err = noSMS.RemovePhone(ctx, u)
	require.NoError(t, err)
	m, undo := s.sent(t, "alice@example.com")
	assert.Equal(t, []any{notify.ContactChanged, somePhone}, []any{m.Kind, m.Data.Removed})
	assert.NotEmpty(t, undo)
}

// Of removals of both contacts at once, one contact stays.
func testContactRemovalRace(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.withPhone(t, s.registered(t, "alice"), somePhone)
	var group sync.WaitGroup
	var refused atomic.Int32
	for i := range 50 {
		remove := s.RemoveEmail
		if i%2 == 0 {
			remove = s.RemovePhone
		}
		group.Go(func() {
			if _, err := remove(ctx, u); err != nil && assert.ErrorIs(t, err, account.ErrLastContact) {
				refused.Add(1)
			}
		})
	}
	group.Wait()
	assert.EqualValues(t, 25, refused.Load(), "all of one contact")
	kept, err := f.User(ctx, u.ID)
	require.NoError(t, err)
	assert.NotEqual(t, kept.Email == "", kept.Phone == "")
}
