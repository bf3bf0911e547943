package storagetest

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// seenRequest is a request of a browser.
type seenRequest audit.Origin

func (r seenRequest) Origin() audit.Origin { return audit.Origin(r) }

// Whoever is told of a change sees from where it was made, to know whether it was their own, and when by their own clock.
// Where an administrator is they are not told.
func testNoticesSayFromWhere(t *testing.T, f *fixture) {
	s := f.factors(t)
	p := f.passkeys(t, s.people)
	u := s.people.registered(t, "alice")
	u.Profile.Zoneinfo = "Europe/Paris"
	require.NoError(t, f.UpdateUser(t.Context(), u))
	ctx := audit.WithRequest(t.Context(), seenRequest{Address: "192.0.2.77", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"})
	said := func(kind notify.Kind, from ...string) notify.Data {
		t.Helper()
		f.advance(time.Hour)
		all, err := f.Messages(t.Context(), 1)
		require.NoError(t, err)
		require.Len(t, all, 1)
		require.Equal(t, kind, all[0].Kind)
		got := all[0].Data
		want := slices.Concat(from, []string{"Europe/Paris"})
		assert.Equal(t, want, []string{got.Device, got.Network, got.Zone}, kind)
		return got
	}
	here := []string{"Firefox, Linux", "192.0.2.0/24"}

	require.NoError(t, s.SendMail(ctx, factor.MailRequest{User: u, Browser: []byte("home"), Device: here[0], Network: here[1]}))
	said(notify.SecondFactorCode, here...)
	require.NoError(t, s.SendMail(ctx, factor.MailRequest{User: u, Browser: []byte("home")}))
	_, mailed := s.people.sent(t, u.Email)
	f.advance(time.Minute)
	codes, err := s.SetUpMail(ctx, u, []byte("home"), mailed)
	require.NoError(t, err)
	assert.Empty(t, said(notify.FactorAdded, here...).Ended)
	require.NoError(t, s.recover(ctx, u, codes[0]))
	said(notify.RecoveryCodeUsed, here...)
	_, c, response := p.created(t, u)
	created, _, err := p.Create(ctx, u, c, response, "", provider.ID{})
	require.NoError(t, err)
	assert.Equal(t, factor.Mail, said(notify.FactorAdded, here...).Ended, "it says what ended with that")
	_, err = s.NewRecoveryCodes(ctx, u, provider.ID{})
	require.NoError(t, err)
	said(notify.RecoveryCodesRenewed, here...)
	require.NoError(t, p.Remove(ctx, u, created.ID, provider.ID{}))
	said(notify.FactorRemoved, here...)
	u, err = s.people.ChangePassword(ctx, u, newPassword)
	require.NoError(t, err)
	said(notify.PasswordChanged, here...)
	s.people.NewSignIn(ctx, u, "Firefox, Linux")
	said(notify.NewSignIn, here...)
	_, err = s.people.registry.SetPasswordOf(ctx, audittest.Operator(), u.ID, goodPassword)
	require.NoError(t, err)
	said(notify.PasswordChanged, "", "")

	// With the link goes what tells whether it is needed; a contact that cannot undo anything learns nothing.
	u = f.current(t, u)
	id, code := s.people.opened(t, u, "new_email", "new@example.com")
	f.advance(time.Minute)
	_, err = s.people.ConfirmContact(ctx, u.ID, id, code)
	require.NoError(t, err)
	said(notify.ContactChanged, here...)
	id, code = s.people.opened(t, f.current(t, u), "new_email", "newer@example.com")
	f.advance(time.Minute)
	_, err = s.people.ConfirmContact(ctx, u.ID, id, code)
	require.NoError(t, err)
	said(notify.ContactChangedAgain, "", "")

	u = f.current(t, u)
	_, err = s.people.RequestDeletion(ctx, u, time.Hour)
	require.NoError(t, err)
	said(notify.DeletionRequested, here...)
}
