package storagetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// changed is the change of a contact by whoever has the password. The bounds of messages do not count.
func (s *selfService) changed(t *testing.T, u *account.User, to string) *account.User {
	t.Helper()
	purpose := verification.NewEmail
	if to[0] == '+' {
		purpose = verification.NewPhone
	}
	u, err := s.f.User(t.Context(), u.ID)
	require.NoError(t, err)
	id, code := s.opened(t, u, purpose, to)
	u, err = s.ConfirmContact(t.Context(), u.ID, id, code)
	require.NoError(t, err)
	s.f.advance(2 * time.Minute)
	return u
}

// made is a user whom an administrator made; the email address is not verified.
func (s *selfService) made(t *testing.T, name, email string) *account.User {
	t.Helper()
	u := &account.User{Username: name}
	u.SetEmail(email)
	require.NoError(t, s.registry.Create(t.Context(), audit.BackgroundJob("test"), u, goodPassword))
	return u
}

// told checks whether the newest message to an address has a link that undoes a change.
func (s *selfService) told(t *testing.T, to string, link bool) (m notify.Stored, code string) {
	t.Helper()
	m, code = s.sent(t, to)
	want := notify.ContactChangedAgain
	if link {
		want = notify.ContactChanged
	}
	require.Equal(t, []any{want, !link}, []any{m.Kind, m.Verification.IsZero()}, to)
	return m, code
}

func (s *selfService) undone(t *testing.T, m notify.Stored, code string) *account.User {
	t.Helper()
	u, err := s.Undo(t.Context(), m.Verification, code)
	require.NoError(t, err)
	s.f.advance(time.Minute)
	return u
}

// Of a first change nobody could be told: the contact that it gave is the only one whose owner can undo the next.
func testFirstChangeOfNobody(t *testing.T, f *fixture) {
	s := f.selfService(t, nil)
	for name, email := range map[string]string{"alice": "alice@staff.example", "bob": ""} {
		u := s.changed(t, s.made(t, name, email), name+"@owner.example")
		if email != "" {
			m, _ := s.told(t, email, false)
			assert.Empty(t, m.Data.Address, "it may be that of a stranger")
		}
		s.changed(t, u, name+"@thief.example")
		m, code := s.told(t, name+"@owner.example", true)
		s.changed(t, u, name+"@thief.example.org")
		s.told(t, name+"@thief.example", false)
		u = s.undone(t, m, code)
		assert.Equal(t, []any{name + "@owner.example", true}, []any{u.Email, u.EmailVerified})
		s.changed(t, u, name+"@third.example")
		s.told(t, name+"@owner.example", true)
	}
	// A phone number that nobody could be told of stays when a later theft is undone.
	u := s.changed(t, s.made(t, "carol", "carol@staff.example"), somePhone)
	s.told(t, "carol@staff.example", false)
	s.changed(t, u, "carol@thief.example")
	m, code := s.told(t, somePhone, true)
	s.told(t, "carol@staff.example", false)
	s.changed(t, u, "+4915112345678")
	u = s.undone(t, m, code)
	assert.Equal(t, []any{"carol@staff.example", false, somePhone, true}, []any{u.Email, u.EmailVerified, u.Phone, u.PhoneVerified})
}

// After an undo, and after an administrator put the contact right, the next theft can be undone as well.
func testUndoAgain(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	u := s.changed(t, s.registered(t, "alice"), "one@thief.example")
	m, code := s.told(t, "alice@example.com", true)
	s.changed(t, u, "two@thief.example")
	s.told(t, "one@thief.example", false)
	s.undone(t, m, code)
	u = s.changed(t, u, "three@thief.example")
	m, code = s.told(t, "alice@example.com", true)
	s.changed(t, u, "one@thief.example")
	s.told(t, "three@thief.example", false)
	s.undone(t, m, code)

	u = s.changed(t, u, "four@thief.example")
	s.changed(t, u, somePhone)
	s.told(t, "four@thief.example", false)
	operator := audit.BackgroundJob("test")
	_, err := s.registry.SetPasswordOf(ctx, operator, u.ID, newPassword)
	require.NoError(t, err)
	u, err = s.registry.Change(ctx, operator, u.ID, func(u *account.User) error {
		u.SetEmail("right@example.com")
		u.EmailVerified = true
		return nil
	})
	require.NoError(t, err)
	s.changed(t, u, "+4915112345678")
	s.told(t, somePhone, false)
	s.changed(t, u, "five@thief.example")
	m, code = s.told(t, "right@example.com", true)
	u = s.undone(t, m, code)
	assert.Equal(t, "right@example.com", u.Email)
}

// An attacker who changes one contact after the other never gets a link, and the owner's first one gives back
// all that there was.
func testAttackerGetsNoLink(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	const phone, other = "+4915112345678", "+4915112345679"
	for i, steps := range [][]string{
		{"e1@thief.example", phone, other, "e2@thief.example"},
		{phone, other, "e1@thief.example", "e2@thief.example", "e1@thief.example"},
		{phone, "e1@thief.example", other, phone, "e2@thief.example"},
	} {
		name := []string{"alice", "bob", "carol"}[i]
		u := s.registered(t, name)
		for _, to := range steps {
			u = s.changed(t, u, to)
		}
		var code string
		var m notify.Stored
		all, err := f.Messages(ctx, 1000)
		require.NoError(t, err)
		for _, one := range all {
			if one.Kind != notify.ContactChanged || one.UserID != u.ID {
				continue
			}
			assert.Equal(t, name+"@example.com", one.To, "an attacker has a link")
			m = one
		}
		code, _, err = s.codes.Code(ctx, m.Verification)
		require.NoError(t, err)
		u = s.undone(t, m, code)
		assert.Equal(t, []any{name + "@example.com", true, "", false}, []any{u.Email, u.EmailVerified, u.Phone, u.PhoneVerified}, steps)
		for _, one := range all {
			if one.Kind == notify.ContactChanged && one.UserID == u.ID {
				_, err := s.Undo(ctx, one.Verification, code)
				require.ErrorIs(t, err, verification.ErrClosed, "what is undone is over")
			}
		}
	}
}

// A link that an administrator closed shows that the contact is an attacker's, as one does that was used.
func testClosedUndoCounts(t *testing.T, f *fixture) {
	s := f.selfService(t, nil)
	u := s.changed(t, s.registered(t, "alice"), "one@thief.example")
	u, err := s.registry.SetPasswordOf(t.Context(), audit.BackgroundJob("test"), u.ID, newPassword)
	require.NoError(t, err)
	s.f.advance(time.Minute)
	s.changed(t, u, "alice@example.org")
	s.told(t, "one@thief.example", false)
}
