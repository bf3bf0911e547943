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

type signInFixture struct {
	*ratelimit.SignIn

	now atomic.Int64 // nanoseconds since 1970
}

func newSignIn(t *testing.T) *signInFixture {
	t.Helper()
	f := &signInFixture{}
	f.now.Store(time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC).UnixNano())
	table, err := ratelimit.NewTable(nil)
	require.NoError(t, err)
	f.SignIn = ratelimit.NewSignIn(ratelimit.NewMemory(func() time.Time { return time.Unix(0, f.now.Load()) }), table)
	return f
}

func try(account_, prefix, device string) account.Try {
	return account.Try{Account: account_, Prefix: prefix, Device: device}
}

// An attempt is counted before it is made: of a hundred concurrent ones exactly the limit is
// allowed (Zitadel CVE-2023-47111).
func TestParallelSignInsGetExactlyTheLimit(t *testing.T) {
	t.Parallel()
	f := newSignIn(t)
	var through atomic.Int32
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			if f.Take(t.Context(), try("alice", "192.0.2.1/32", "")) == nil {
				through.Add(1)
			}
		})
	}
	wg.Wait()
	assert.EqualValues(t, 10, through.Load())
}

func TestSuccessfulSignInDoesNotCount(t *testing.T) {
	t.Parallel()
	f := newSignIn(t)
	for range 200 {
		require.NoError(t, f.Take(t.Context(), try("alice", "192.0.2.1/32", "")))
		f.Return(t.Context(), try("alice", "192.0.2.1/32", ""))
	}
}

func TestThrottledSignInsSayHowLong(t *testing.T) {
	t.Parallel()
	f := newSignIn(t)
	for range 10 {
		require.NoError(t, f.Take(t.Context(), try("alice", "192.0.2.1/32", "")))
	}
	var throttled *account.Throttled
	require.ErrorAs(t, f.Take(t.Context(), try("alice", "192.0.2.1/32", "")), &throttled)
	assert.Equal(t, 90*time.Second, throttled.RetryAfter, "one attempt per tenth of a quarter of an hour")
	require.NoError(t, f.Take(t.Context(), try("bob", "192.0.2.1/32", "")), "another account")
	f.now.Add(int64(90 * time.Second))
	assert.NoError(t, f.Take(t.Context(), try("alice", "192.0.2.1/32", "")))
}

// One address that tries many accounts is limited too, and other addresses are not.
func TestOneAddressCannotTryManyAccounts(t *testing.T) {
	t.Parallel()
	f := newSignIn(t)
	for i := range 50 {
		require.NoError(t, f.Take(t.Context(), try(fmt.Sprint(i), "192.0.2.1/32", "")))
	}
	require.Error(t, f.Take(t.Context(), try("one more", "192.0.2.1/32", "")))
	assert.NoError(t, f.Take(t.Context(), try("one more", "192.0.2.2/32", "")))
}

// An attacker who tries many passwords for an account locks out unknown browsers, but not the
// browser of its user; and the attempts of that browser are limited as well.
func TestKnownBrowserHasItsOwnLimit(t *testing.T) {
	t.Parallel()
	f := newSignIn(t)
	for i := range 1000 {
		_ = f.Take(t.Context(), try("alice", fmt.Sprintf("198.51.%d.%d/32", i/250, i%250), ""))
	}
	require.Error(t, f.Take(t.Context(), try("alice", "192.0.2.1/32", "")))
	for range 10 {
		require.NoError(t, f.Take(t.Context(), try("alice", "192.0.2.1/32", "d1")))
	}
	require.Error(t, f.Take(t.Context(), try("alice", "192.0.2.1/32", "d1")), "a stolen cookie is no way around the limit")
	assert.NoError(t, f.Take(t.Context(), try("alice", "192.0.2.1/32", "d2")), "another browser")
	assert.NoError(t, f.Take(t.Context(), try("bob", "192.0.2.1/32", "d1")), "another account of the browser")
}
