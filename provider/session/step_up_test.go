package session_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

func TestASecondFactorReplacesTheSession(t *testing.T) {
	f := newFixture(t)
	before, old, err := f.Begin(t.Context(), session.Start{User: f.user, Methods: []string{"pwd"}, Keep: true}, nil)
	require.NoError(t, err)
	f.advance(time.Hour)
	after, text, err := f.StepUp(t.Context(), before, "otp")
	require.NoError(t, err)
	assert.False(t, f.live(old), "a copy of the former cookie gains nothing")
	assert.True(t, f.live(text))
	assert.Equal(t, []string{"pwd", "otp", "mfa"}, after.Proofs.AMR())
	assert.Equal(t, acr.TwoFactors, after.Proofs.ACR())
	assert.Equal(t, before.Proofs.AuthTime(), after.Proofs.AuthTime(), "a code is no sign-in")
	assert.Equal(t, before.ExpiresAt, after.ExpiresAt, "it does not live longer")
	assert.True(t, after.Kept)

	_, _, err = f.StepUp(t.Context(), before, "otp")
	require.ErrorIs(t, err, provider.ErrStale, "it is over")
	whole, _, err := f.StepUp(t.Context(), after, "pop", "user", "mfa")
	require.NoError(t, err)
	assert.Equal(t, *f.now.Load(), whole.Proofs.AuthTime(), "a passkey that verified its user is a sign-in")
	assert.Equal(t, acr.PhishingResistant, whole.Proofs.ACR())
}

type demanding struct{ err error }

func (d demanding) Suffice(context.Context, *account.User, []string) error { return d.err }

// There is no session, no cookie and no record for a user who has to give more.
func TestThereIsNoSessionWithoutWhatIsDemanded(t *testing.T) {
	f := newFixture(t)
	missing := errors.New("a second factor")
	f.demand(demanding{missing})
	s, text, err := f.Begin(t.Context(), session.Start{User: f.user, Methods: []string{"pwd"}}, nil)
	require.ErrorIs(t, err, missing)
	assert.Nil(t, s)
	assert.Empty(t, text)
	page, err := f.List(t.Context(), f.user.ID, false, provider.ID{}, 10)
	require.NoError(t, err)
	assert.Empty(t, page.Sessions)
}
