package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/session"
)

func TestClassOfProofs(t *testing.T) {
	t.Parallel()
	early := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	proofs := append(session.ProvedAt(early.Add(time.Minute), session.Password), session.Proof{Method: "otp", At: early})
	assert.Equal(t, early.Add(time.Minute), proofs.AuthTime(), "the last one")
	assert.Equal(t, []string{"pwd", "otp"}, proofs.AMR())
	assert.Equal(t, "1", proofs.ACR())
	assert.Contains(t, session.ACRs(), proofs.ACR())
	assert.Empty(t, session.ProvedAt(early, "otp").ACR(), "an undefined method has no class")
	assert.Empty(t, session.Proofs(nil).ACR())
	assert.True(t, session.Proofs(nil).AuthTime().IsZero())
}
