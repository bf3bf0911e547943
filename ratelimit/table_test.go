package ratelimit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/ratelimit"
)

func TestEveryPolicyHasAPurpose(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, p := range ratelimit.Policies() {
		assert.NoError(t, p.Limit.Validate(), p.Name)
		assert.NotEmpty(t, p.Why, p.Name)
		assert.Contains(t, []ratelimit.Key{ratelimit.ByClient, ratelimit.ByPrefix, ratelimit.ByAccount, ratelimit.ByDevice, ratelimit.ByGuess, ratelimit.ByGuessed, ratelimit.ByAccountAndPrefix}, p.Key, p.Name)
		assert.Contains(t, []ratelimit.Outage{ratelimit.Open, ratelimit.Strict}, p.Outage, p.Name)
		assert.False(t, names[p.Name], "%s is there twice", p.Name)
		names[p.Name] = true
	}
}

// An outage must not lift the limit on passwords and codes.
func TestSignInsAreStrict(t *testing.T) {
	t.Parallel()
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	for _, name := range []string{ratelimit.SignInAccount, ratelimit.SignInPrefix, ratelimit.SignInDevice, ratelimit.FactorAccount, ratelimit.FactorAccountLong, ratelimit.FactorPrefix, ratelimit.FactorDevice, ratelimit.FactorDevicesLong, ratelimit.FactorRecoveryAccount, ratelimit.FactorRecoveryDevice, ratelimit.FactorRenewal} {
		p, ok := table.Policy(name)
		require.True(t, ok)
		assert.Equal(t, ratelimit.Strict, p.Outage, name)
	}
}

func TestTableTakesOverrides(t *testing.T) {
	t.Parallel()
	limit := ratelimit.Limit{Rate: 7, Per: time.Minute, Burst: 9}
	table, err := ratelimit.NewTable(map[string]ratelimit.Limit{ratelimit.PagePrefix: limit})
	require.NoError(t, err)
	want := ratelimit.Policies()
	for i := range want {
		if want[i].Name == ratelimit.PagePrefix {
			want[i].Limit = limit
		}
	}
	assert.Equal(t, want, table.All())
	p, ok := table.Policy(ratelimit.PagePrefix)
	require.True(t, ok)
	assert.Equal(t, limit, p.Limit)
	table.All()[0].Limit = limit
	assert.Equal(t, want, table.All(), "a copy is handed out")
	_, ok = table.Policy("page")
	assert.False(t, ok)
}

// An operator who limits requests in a proxy may switch these limits off, but never those that
// keep secrets from being guessed.
func TestPoliciesThatGuardSecretsCannotBeOff(t *testing.T) {
	t.Parallel()
	switchable := ratelimit.Switchable()
	for _, p := range ratelimit.Policies() {
		table, err := ratelimit.NewTable(map[string]ratelimit.Limit{p.Name: {}})
		if p.Outage == ratelimit.Strict {
			require.ErrorIs(t, err, ratelimit.ErrGuarded)
			assert.NotContains(t, switchable, p.Name)
			continue
		}
		require.NoError(t, err)
		assert.Contains(t, switchable, p.Name)
		off, _ := table.Policy(p.Name)
		assert.True(t, off.Limit.Off())
		assert.True(t, ratelimit.Ask{Policy: off}.Off())
		assert.False(t, ratelimit.Ask{Policy: off, Limit: p.Limit}.Off(), "a limit of the key's own holds")
	}
	assert.NotContains(t, switchable, ratelimit.SignInAccount)
	assert.NotContains(t, switchable, ratelimit.ClientSecret)
}

func TestTableRefusesUnknownPolicies(t *testing.T) {
	t.Parallel()
	_, err := ratelimit.NewTable(map[string]ratelimit.Limit{"sign-in": {Rate: 1, Per: time.Minute, Burst: 1}})
	require.ErrorIs(t, err, ratelimit.ErrPolicy)
	for _, p := range ratelimit.Policies() {
		assert.ErrorContains(t, err, p.Name)
	}
	_, err = ratelimit.NewTable(map[string]ratelimit.Limit{ratelimit.SignInAccount: {Per: time.Minute}})
	require.ErrorIs(t, err, ratelimit.ErrLimit)
	assert.ErrorContains(t, err, ratelimit.SignInAccount)
}
