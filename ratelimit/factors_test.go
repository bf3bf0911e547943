package ratelimit_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

type factorsFixture struct {
	*ratelimit.Factors

	now atomic.Int64 // nanoseconds since 1970
}

func newFactors(t *testing.T) *factorsFixture {
	t.Helper()
	f := &factorsFixture{}
	f.now.Store(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	f.Factors = ratelimit.NewFactors(ratelimit.NewMemory(func() time.Time { return time.Unix(0, f.now.Load()) }), table)
	return f
}

// year is how many attempts get through in a year, and over the first day, to somebody who always tries.
func (f *factorsFixture) year(t *testing.T, attempt func(n int) account.Try) (day, all int) {
	t.Helper()
	const perDay = 24 * 4
	for n := range 365 * perDay {
		for f.Take(t.Context(), attempt(n)) == nil {
			all++
		}
		if n == perDay {
			day = all
		}
		f.now.Add(int64(24 * time.Hour / perDay))
	}
	return day, all
}

func TestParallelCodesGetExactlyTheLimit(t *testing.T) {
	t.Parallel()
	for _, device := range []string{"", "own"} {
		f := newFactors(t)
		var through atomic.Int32
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if f.Take(t.Context(), try("alice", "192.0.2.1/32", device)) == nil {
					through.Add(1)
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, 10, through.Load(), device)
	}
}

// An attacker who knows the password, from any number of addresses, guesses a code in a year with a chance of
// less than 0.5 %: each attempt has three of a million codes.
func TestCodesAreNotGuessedInAYear(t *testing.T) {
	t.Parallel()
	day, all := newFactors(t).year(t, func(n int) account.Try { return try("alice", fmt.Sprint(n), "") })
	assert.LessOrEqual(t, day, 34)
	assert.Less(t, float64(all)*3/1_000_000, 0.005)
	assert.Greater(t, all, 1000, "the limit refills")
}

// The same with any number of browsers that signed in before there was a second factor.
func TestManyBrowsersGuessNoMore(t *testing.T) {
	t.Parallel()
	_, all := newFactors(t).year(t, func(n int) account.Try { return try("alice", "192.0.2.1/32", fmt.Sprint(n)) })
	assert.Less(t, float64(all)*3/1_000_000, 0.005)
}

// A limit says whether it is of the account, whose owner is told then.
func TestLimitsOfTheAccountAreSaidToBe(t *testing.T) {
	t.Parallel()
	refused := func(f *factorsFixture, n int, try func(n int) account.Try, every time.Duration) *account.Throttled {
		var throttled *account.Throttled
		for i := range n {
			require.NoError(t, f.Take(t.Context(), try(i)))
			f.now.Add(int64(every))
		}
		require.ErrorAs(t, f.Take(t.Context(), try(n)), &throttled)
		return throttled
	}
	own := func(int) account.Try { return try("alice", "192.0.2.1/32", "own") }
	strangers := func(n int) account.Try { return try("alice", fmt.Sprint(n), "") }
	assert.True(t, refused(newFactors(t), 10, strangers, 0).Account)
	assert.False(t, refused(newFactors(t), 10, own, 0).Account, "one browser of the user")
	assert.False(t, refused(newFactors(t), 50, func(n int) account.Try { return try(fmt.Sprint(n), "192.0.2.1/32", "") }, 0).Account, "one address")
	browsers := func(n int) account.Try { return try("alice", "192.0.2.1/32", fmt.Sprint(n)) }
	assert.True(t, refused(newFactors(t), 30, browsers, time.Second).Account, "over days, by all browsers")
	assert.True(t, refused(newFactors(t), 30, strangers, 100*time.Second).Account, "over days")
}

// Whoever uses up what strangers have does not lock out the owner's browser, nor the other way round.
func TestAttackersDoNotLockBrowsersOut(t *testing.T) {
	t.Parallel()
	f := newFactors(t)
	for n := range 1000 {
		_ = f.Take(t.Context(), try("alice", fmt.Sprint(n), ""))
		f.now.Add(int64(time.Minute))
	}
	require.Error(t, f.Take(t.Context(), try("alice", "192.0.2.1/32", "")))
	require.NoError(t, f.Take(t.Context(), try("alice", "192.0.2.1/32", "own")))
	require.NoError(t, f.Take(t.Context(), try("bob", "192.0.2.1/32", "")), "nor another account")
}

func TestRightCodesDoNotCount(t *testing.T) {
	t.Parallel()
	f := newFactors(t)
	for _, device := range []string{"", "own"} {
		for range 200 {
			require.NoError(t, f.Take(t.Context(), try("alice", "192.0.2.1/32", device)))
			f.Return(t.Context(), try("alice", "192.0.2.1/32", device))
		}
	}
}

// One address that tries many accounts is limited too.
func TestOneAddressCannotTryCodesOfManyAccounts(t *testing.T) {
	t.Parallel()
	f := newFactors(t)
	for n := range 50 {
		require.NoError(t, f.Take(t.Context(), try(fmt.Sprint(n), "192.0.2.1/32", "")))
	}
	var throttled *account.Throttled
	require.ErrorAs(t, f.Take(t.Context(), try("50", "192.0.2.1/32", "")), &throttled)
	assert.NoError(t, f.Take(t.Context(), try("50", "192.0.2.2/32", "")))
}
