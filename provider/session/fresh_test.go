package session_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/session"
)

func TestAProofIsFreshForFiveMinutes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for age, want := range map[time.Duration]bool{0: true, 5 * time.Minute: true, 5*time.Minute + time.Microsecond: false, -time.Microsecond: false} {
		s := &session.Session{Proofs: session.ProvedAt(at, session.Password)}
		assert.Equal(t, want, session.Fresh(s, at.Add(age)), "%s after the proof", age)
	}
	assert.False(t, session.Fresh(&session.Session{}, at), "no proof")
}
