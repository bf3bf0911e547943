package audit_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

func refused(t *audit.Tally, user provider.ID, reason string, n int) {
	for range n {
		t.Hear(context.Background(), event.SignInRefused{UserID: user, Reason: reason})
	}
}

// refusals are the recorded numbers by target, and how many records there are.
func refusals(t *testing.T, f *fixture) (map[string]audit.Changes, int) {
	t.Helper()
	records, err := f.Records(t.Context(), audit.Filter{}, 1000)
	require.NoError(t, err)
	by := map[string]audit.Changes{}
	for _, r := range records {
		assert.Equal(t, audit.Job, r.Actor.Kind)
		by[string(r.Action)+" "+r.Target.UserID] = r.Changes
	}
	return by, len(records)
}

// A minute of refusals is one record for each user, and one for the limits.
func TestRefusalsAreRecordedAsSums(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tally := audit.NewTally()
	require.NoError(t, tally.Flush(t.Context(), f.gate(f)))
	_, n := refusals(t, f)
	assert.Zero(t, n, "nothing was refused")

	alice := provider.NewID(time.Now(), rand.Reader)
	refused(tally, alice, "wrong_password", 5)
	refused(tally, alice, "throttled", 70)
	tally.Hear(t.Context(), event.FactorRefused{UserID: alice, Kind: "totp", Reason: "wrong_code"})
	tally.Hear(t.Context(), event.FactorRefused{UserID: alice, Kind: "passkey", Reason: "cloned"})
	tally.Hear(t.Context(), event.SignedIn{UserID: alice})
	refused(tally, provider.ID{}, "unknown_user", 3)
	for range 4 {
		tally.Decided("token-prefix", "memory", false)
		tally.Decided("token-prefix", "memory", true)
	}
	require.ErrorIs(t, tally.Flush(t.Context(), f.gate(full{})), errFull)
	require.NoError(t, tally.Flush(t.Context(), f.gate(f)), "what could not be recorded is recorded later")
	require.NoError(t, tally.Flush(t.Context(), f.gate(f)))
	by, n := refusals(t, f)
	assert.Equal(t, 3, n)
	assert.Equal(t, audit.Changes{"wrong_password": {After: 5.0}, "throttled": {After: 70.0}, "second_factor_wrong_code": {After: 1.0}, "passkey_cloned": {After: 1.0}}, by["user.sign_in_refused "+alice.String()])
	assert.Equal(t, audit.Changes{"unknown_user": {After: 3.0}}, by["user.sign_in_refused "])
	assert.Equal(t, audit.Changes{"token-prefix": {After: 4.0}}, by["limit.refuse "])
}

// An attack on many accounts makes a bounded number of records, and none of its numbers is lost.
func TestRefusalsOfManyUsersAreBounded(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	tally := audit.NewTally()
	const users = 10_500
	for range users {
		refused(tally, provider.NewID(time.Now(), rand.Reader), "wrong_password", 1)
	}
	target := provider.NewID(time.Now(), rand.Reader)
	refused(tally, target, "wrong_password", 9)
	require.NoError(t, tally.Flush(t.Context(), f.gate(f)))
	records, err := f.Records(t.Context(), audit.Filter{}, 1000)
	require.NoError(t, err)
	assert.LessOrEqual(t, len(records), 101)
	sum := 0.0
	for _, r := range records {
		sum += r.Changes["wrong_password"].After.(float64)
	}
	assert.InDelta(t, users+9, sum, 0)
}
