package ratelimit_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// outage is a Guarded over a real server, with the real clock.
type outage struct {
	*ratelimit.Guarded
	*services.RedisServer
	*lines

	t *testing.T
}

// deadline is longer than the default: a machine that is busy with other tests must not cause
// an outage of its own.
const deadline = 200 * time.Millisecond

func newOutage(t *testing.T) outage {
	t.Helper()
	server := services.NewRedis(t)
	r, err := ratelimit.NewRedis(ratelimit.RedisOptions{Client: connect(t, "redis://"+server.Address()), Secret: secret(), Deadline: deadline})
	require.NoError(t, err)
	l, log := newLines()
	o := outage{ratelimit.NewGuarded(r, ratelimit.NewMemory(time.Now), log, time.Now), server, l, t}
	require.NoError(t, r.Ping(t.Context()))
	require.Equal(t, "redis", o.request("before").Source)
	return o
}

// request takes for a sign-in and a token together, and checks how long that takes.
func (o outage) request(key string) ratelimit.Decision {
	o.t.Helper()
	open := policy("open", 1000)
	open.Outage = ratelimit.Open
	began := time.Now()
	d, err := o.Take(o.t.Context(), ratelimit.Ask{Policy: policy("strict", 12), Key: key}, ratelimit.Ask{Policy: open, Key: key})
	assert.NoError(o.t, err)
	assert.Less(o.t, time.Since(began), deadline+slack)
	return d
}

// away checks the behavior during an outage.
func (o outage) away() {
	o.t.Helper()
	require.Eventually(o.t, func() bool { o.request("opens"); return o.Failing() }, longDeadline, time.Millisecond)
	passed, began := 0, time.Now()
	for range 100 {
		if o.request("guessed").Allowed {
			passed++
		}
	}
	assert.Equal(o.t, 3, passed, "a quarter of twelve")
	// One of the hundred may have been the probe of its second.
	assert.Less(o.t, time.Since(began), 2*deadline+2*slack, "an open breaker does not wait")

	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			assert.True(o.t, o.request("client "+strconv.Itoa(i)).Allowed)
			assert.NoError(o.t, o.Return(o.t.Context(), asks(policy("strict", 12))...))
		})
	}
	wg.Wait()
	warns, infos := o.counted()
	assert.Equal(o.t, 1, warns)
	assert.Zero(o.t, infos)
}

func (o outage) back() {
	o.t.Helper()
	began := time.Now()
	require.Eventually(o.t, func() bool { return o.request("again").Source == "redis" }, 5*time.Second, 10*time.Millisecond)
	o.t.Logf("counted in Redis again after %s", time.Since(began))
	assert.False(o.t, o.Failing())
	warns, infos := o.counted()
	assert.Equal(o.t, 1, warns)
	assert.Equal(o.t, 1, infos)
}

func TestRedisIsKilledAndComesBack(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	require.NoError(t, o.Kill())
	o.away()
	_, port := split(t, o.Address())
	n, err := strconv.Atoi(port)
	require.NoError(t, err)
	startRedis(t, n, "--save", "")
	o.back()
}

func TestRedisFreezesAndThaws(t *testing.T) {
	t.Parallel()
	o := newOutage(t)
	require.NoError(t, o.Freeze())
	o.away()
	require.NoError(t, o.Thaw())
	o.back()
}
