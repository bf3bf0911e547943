package account_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

func newThrottle() (*account.Throttle, func(time.Duration)) {
	var now atomic.Pointer[time.Time]
	start := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	now.Store(&start)
	return account.NewThrottle(func() time.Time { return *now.Load() }), func(d time.Duration) {
		next := now.Load().Add(d)
		now.Store(&next)
	}
}

// A try is counted before it is made: of a hundred at once exactly the limit gets through
// (threats 48, Zitadel CVE-2023-47111).
func TestParallelTriesGetExactlyTheLimitThrough(t *testing.T) {
	t.Parallel()
	throttle, _ := newThrottle()
	var through atomic.Int32
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if throttle.Begin(t.Context(), "alice", "192.0.2.1/32") == nil {
				through.Add(1)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 10, through.Load())
}

func TestTheThrottleOpensAgainAndForgetsAfterSuccess(t *testing.T) {
	t.Parallel()
	throttle, advance := newThrottle()
	begin := func(name string) error { return throttle.Begin(t.Context(), name, "192.0.2.1/32") }
	for range 9 {
		require.NoError(t, begin("alice"))
	}
	throttle.Succeeded("alice", "192.0.2.1/32")
	for range 10 {
		require.NoError(t, begin("alice"), "counted anew")
	}
	var throttled *account.Throttled
	require.ErrorAs(t, begin("alice"), &throttled)
	assert.Equal(t, 15*time.Minute, throttled.RetryAfter)
	require.NoError(t, begin("bob"), "another account")
	advance(15*time.Minute - time.Microsecond)
	require.ErrorAs(t, begin("alice"), &throttled)
	advance(time.Microsecond)
	assert.NoError(t, begin("alice"))
}

// One address that tries many accounts is slowed down too, and others are not.
func TestOneAddressCannotTryManyAccounts(t *testing.T) {
	t.Parallel()
	throttle, _ := newThrottle()
	var throttled *account.Throttled
	for i := range 50 {
		require.NoError(t, throttle.Begin(t.Context(), fmt.Sprint(i), "192.0.2.1/32"))
	}
	require.ErrorAs(t, throttle.Begin(t.Context(), "one more", "192.0.2.1/32"), &throttled)
	assert.NoError(t, throttle.Begin(t.Context(), "one more", "192.0.2.2/32"))
}
