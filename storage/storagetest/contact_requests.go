package storagetest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// Of several changes that a user began, the last one counts; one to the present contact is none.
func testContactRequests(t *testing.T, f *fixture) {
	ctx := t.Context()
	s := f.selfService(t, nil)
	ada := s.registered(t, "ada")
	_, err := s.RequestEmail(ctx, ada.ID, "Ada@Example.com", "")
	require.ErrorIs(t, err, account.ErrUnchanged)
	begun := func(t *testing.T, address string) (provider.ID, string) {
		t.Helper()
		id, err := s.RequestEmail(t.Context(), ada.ID, address, "")
		require.NoError(t, err)
		m, code := s.sent(t, address)
		assert.Equal(t, "de", m.Locale, "that of the profile, since the request names none")
		f.advance(time.Second)
		return id, code
	}
	mistyped, old := begun(t, "adda@example.org")
	wanted, code := begun(t, "ada@example.org")
	_, err = s.ConfirmContact(ctx, ada.ID, mistyped, old)
	require.ErrorIs(t, err, verification.ErrClosed)
	_, err = s.ConfirmContact(ctx, ada.ID, wanted, code)
	require.NoError(t, err)
	_, err = s.ConfirmContact(ctx, ada.ID, mistyped, old)
	require.ErrorIs(t, err, verification.ErrClosed)
	_, err = s.ConfirmContact(ctx, ada.ID, provider.ID{}, old)
	require.ErrorIs(t, err, verification.ErrClosed)
}
