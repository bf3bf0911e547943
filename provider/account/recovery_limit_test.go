package account_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/verification"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Whoever asks for the forgotten password of another person uses up the messages of one address to one account,
// under all its names, and not those that the person may get. The answers are always the same, and an id.
func TestNobodyUsesUpTheRecoveriesOfAnotherPerson(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	limiter := ratelimit.NewMemory(time.Now)
	f.people.Limit(ratelimit.NewRecoveries(limiter, table), ratelimit.NewSignIn(limiter, table))
	forgot := func(contact, prefix string) {
		t.Helper()
		id, err := f.people.Forgot(t.Context(), account.Forgotten{Contact: contact, Prefix: prefix})
		require.NoError(t, err)
		require.False(t, id.IsZero())
	}
	sent := func() int {
		t.Helper()
		all, err := f.store.Messages(t.Context(), 100)
		require.NoError(t, err)
		return len(all)
	}
	for range 10 {
		forgot("alice", "192.0.2.1/32")
		forgot("Alice@example.com", "192.0.2.1/32")
		forgot("nobody@example.com", "192.0.2.1/32")
	}
	assert.Equal(t, 4, sent())
	forgot("alice", "192.0.2.2/32")
	assert.Equal(t, 5, sent(), "the owner, from another address")
	for _, prefix := range []string{"192.0.2.3/32", "192.0.2.4/32", "192.0.2.5/32"} {
		for range 4 {
			forgot("alice", prefix)
		}
	}
	assert.Equal(t, 10, sent(), "what a person gets altogether is bounded as before")
}

func TestRecoveriesMayBeLimitedElsewhere(t *testing.T) {
	t.Parallel()
	table, err := ratelimit.NewTable(map[string]ratelimit.Limit{ratelimit.RecoverAccount: {}})
	require.NoError(t, err)
	limit := ratelimit.NewRecoveries(ratelimit.NewMemory(time.Now), table)
	for range 100 {
		require.NoError(t, limit.Take(t.Context(), account.Try{Account: "alice", Prefix: "192.0.2.1/32"}))
	}
}

// Whoever gets the code of another person's registration, with a mistyped address, has as many tries at the
// password as at a sign-in.
func TestPasswordsOfRegistrationsCannotBeGuessed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	limiter := ratelimit.NewMemory(time.Now)
	f.people.Limit(ratelimit.NewRecoveries(limiter, table), ratelimit.NewSignIn(limiter, table))
	id := f.applied(t, "new@example.com")
	code := f.code(t, id)
	for range 10 {
		_, err = f.people.ConfirmWithPassword(t.Context(), id, code, "wrong", "192.0.2.1/32")
		require.ErrorIs(t, err, account.ErrSignIn)
	}
	var throttled *account.Throttled
	_, err = f.people.ConfirmWithPassword(t.Context(), id, code, "wonderland", "192.0.2.2/32")
	require.ErrorAs(t, err, &throttled)
	_, err = f.people.ConfirmWithPassword(t.Context(), id, "00000000", "wonderland", "192.0.2.2/32")
	require.ErrorIs(t, err, verification.ErrCode, "nothing is said without the code")
}

// renewed notes whose attempts are given back.
type renewed []string

func (r *renewed) Renew(_ context.Context, user string) { *r = append(*r, user) }

// A new password through a recovery gives back the attempts at codes that somebody used up who knew the former one; a
// wrong code, and the change by whoever knows it, do not.
func TestARecoveryGivesAttemptsAtCodesBack(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var of renewed
	f.people.RenewAttempts(&of)
	id, err := f.people.Forgot(t.Context(), account.Forgotten{Contact: "alice"})
	require.NoError(t, err)
	_, err = f.people.Reset(t.Context(), id, "00000000", "another long password")
	require.ErrorIs(t, err, verification.ErrCode)
	assert.Empty(t, of)
	u, err := f.people.Reset(t.Context(), id, f.code(t, id), "another long password")
	require.NoError(t, err)
	assert.Equal(t, renewed{u.ID.String()}, of)
	_, err = f.people.ChangePassword(t.Context(), u, "yet another long password")
	require.NoError(t, err)
	assert.Len(t, of, 1)
}
