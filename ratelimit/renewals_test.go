package ratelimit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// usedUp takes all that there is, and tells how much that was.
func (f *factorsFixture) usedUp(t *testing.T, one account.Try) (n int) {
	t.Helper()
	for f.Take(t.Context(), one) == nil {
		n++
	}
	return n
}

// Whoever uses up the attempts at the codes of an app does not keep the owner from using a recovery code, nor the other
// way round; and 20 attempts a day find none of 50 bits.
func TestRecoveryCodesHaveALimitOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, device := range []string{"", "own"} {
		f := newFactors(t)
		code, recovery := try("alice", "192.0.2.1/32", device), try("alice", "192.0.2.1/32", device)
		recovery.Recovery = true
		assert.Equal(t, 10, f.usedUp(t, code), device)
		assert.Equal(t, 20, f.usedUp(t, recovery), device)
		f.now.Add(int64(24 * time.Hour))
		assert.Equal(t, 20, f.usedUp(t, recovery), device)
		assert.Equal(t, 10, f.usedUp(t, code), device)
	}
}

// A new password gives back what somebody used up who knew the former one. Whoever reads the messages to the owner, and
// chooses passwords again and again, has no more of it.
func TestANewPasswordGivesAttemptsBackOnceAWeek(t *testing.T) {
	t.Parallel()
	f := newFactors(t)
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	memory := ratelimit.NewMemory(func() time.Time { return time.Unix(0, f.now.Load()) })
	f.Factors = ratelimit.NewFactors(memory, table)
	renewals := ratelimit.NewRenewals(memory, memory, table)
	stranger := try("alice", "192.0.2.1/32", "")
	recovery := stranger
	recovery.Recovery = true
	for range 3 { // until the long limit is used up as well
		f.usedUp(t, stranger)
		f.now.Add(int64(15 * time.Minute))
	}
	require.Equal(t, 20, f.usedUp(t, recovery))
	f.now.Add(int64(15 * time.Minute))
	assert.LessOrEqual(t, f.usedUp(t, stranger), 1)
	renewals.Renew(t.Context(), "bob")
	assert.Zero(t, f.usedUp(t, stranger), "another account")
	renewals.Renew(t.Context(), "alice")
	assert.Equal(t, 10, f.usedUp(t, stranger))
	assert.Equal(t, 20, f.usedUp(t, recovery))
	renewals.Renew(t.Context(), "alice")
	assert.Zero(t, f.usedUp(t, stranger), "once a week")
	f.now.Add(int64(7 * 24 * time.Hour))
	f.usedUp(t, stranger)
	renewals.Renew(t.Context(), "alice")
	assert.Equal(t, 10, f.usedUp(t, stranger))
}
