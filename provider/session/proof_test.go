package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

func TestClassOfProofs(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	proofs := session.ProvedAt(at, session.Password)
	assert.Equal(t, at, proofs.AuthTime())
	assert.Equal(t, []string{"pwd"}, proofs.AMR())
	assert.Equal(t, acr.Password, proofs.ACR())
	assert.Equal(t, acr.TwoFactors, session.ProvedAt(at, "pwd", "otp", "mfa").ACR())
	assert.Empty(t, session.Proofs{}.ACR())
	assert.True(t, session.Proofs{}.AuthTime().IsZero())
}

func TestARememberedFactorIsNoMethod(t *testing.T) {
	t.Parallel()
	proofs := session.ProvedAt(time.Now(), session.Password, session.Remembered)
	assert.Equal(t, []string{"pwd"}, proofs.AMR())
	assert.Equal(t, acr.Password, proofs.ACR())
}
