package storagetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// moved is a user whose email address is another one now.
func (s *selfService) moved(t *testing.T, id provider.ID, to string) {
	t.Helper()
	u, err := s.f.User(t.Context(), id)
	require.NoError(t, err)
	change, code := s.opened(t, u, verification.NewEmail, to)
	_, err = s.ConfirmContact(t.Context(), id, change, code)
	require.NoError(t, err)
	s.f.advance(time.Minute)
}

// The link that undoes a change goes to whoever lost a contact, however they came by it, but for what another
// change gave that can still be undone.
func testUndoLinks(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	link := func(to string) (provider.ID, string) {
		m, code := s.sent(t, to)
		assert.Equal(t, notify.ContactChanged, m.Kind, to)
		return m.Verification, code
	}
	notice := func(to string) notify.Stored {
		m, _ := s.sent(t, to)
		assert.Equal(t, []any{notify.ContactChangedAgain, provider.ID{}}, []any{m.Kind, m.Verification}, to)
		return m
	}

	// Nobody was told of the first change: there was no address that is known to be the user's.
	for name, email := range map[string]string{"no-address": "", "unverified": "unverified@example.com"} {
		u := f.userNamed(name)
		u.Email, u.EmailVerified = email, false
		require.NoError(t, f.CreateUser(ctx, u))
		s.moved(t, u.ID, name+"-b@example.com")
		if email != "" {
			m := notice(email)
			assert.Empty(t, m.Data.Username+m.Data.Address, "it may be anybody's")
		}
		s.moved(t, u.ID, name+"-thief@example.com")
		id, code := link(name + "-b@example.com")
		back, err := s.Undo(ctx, id, code)
		require.NoError(t, err)
		assert.Equal(t, name+"-b@example.com", back.Email)
	}

	// What an undo gave back is not new, and the thief's address never gets a link.
	ada := s.registered(t, "ada")
	for range 2 {
		s.moved(t, ada.ID, "thief@example.com")
		s.moved(t, ada.ID, "thief2@example.com")
		notice("thief@example.com")
		s.moved(t, ada.ID, "thief3@example.com")
		notice("thief2@example.com")
		id, code := link("ada@example.com")
		back, err := s.Undo(ctx, id, code)
		require.NoError(t, err)
		assert.Equal(t, "ada@example.com", back.Email)
		f.advance(time.Minute)
	}

	// The owner, who got the account back in another way, changes the thief's address.
	bob := s.registered(t, "bob")
	s.moved(t, bob.ID, "thief@example.com")
	operator := audittest.Operator()
	_, err := s.registry.SetPasswordOf(ctx, operator, bob.ID, newPassword)
	require.NoError(t, err)
	s.moved(t, bob.ID, "bob2@example.com")
	notice("thief@example.com")

	// What an administrator gave back is not new either.
	carol := s.registered(t, "carol")
	s.moved(t, carol.ID, "other-thief@example.com")
	_, err = s.registry.Change(ctx, operator, carol.ID, func(u *account.User) error {
		u.Email, u.EmailVerified = "carol@example.com", true
		return nil
	})
	require.NoError(t, err)
	s.moved(t, carol.ID, "other-thief2@example.com")
	link("carol@example.com")
}
