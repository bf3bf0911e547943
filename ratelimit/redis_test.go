package ratelimit_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/ratelimit"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// trips counts the round trips of a client.
type trips struct{ n atomic.Int32 }

func (*trips) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmd)
	}
}

func (c *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmds)
	}
}

func asks(policies ...*ratelimit.Policy) []ratelimit.Ask {
	var list []ratelimit.Ask
	for _, p := range policies {
		list = append(list, ratelimit.Ask{Policy: p, Key: "192.0.2.7"})
	}
	return list
}

func TestRequestCostsOneRoundTrip(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]redis.UniversalClient{
		"one server": connect(t, redisURL(services.NewRedis(t))),
		"cluster":    startCluster(t),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := counting(t, client, nil)
			three := asks(policy("p", 5), policy("q", 5), policy("r", 5))
			_, err := r.Take(t.Context(), three...) // loads the scripts
			require.NoError(t, err)
			require.NoError(t, r.Return(t.Context(), three...))
			hook := &trips{}
			client.AddHook(hook)
			d, err := r.Take(t.Context(), three...)
			require.NoError(t, err)
			require.Len(t, d.Verdicts, 3)
			assert.Equal(t, int32(1), hook.n.Load())
			require.NoError(t, r.Return(t.Context(), three...))
			assert.Equal(t, int32(2), hook.n.Load())
		})
	}
}

// Redis loses its scripts when it restarts or on SCRIPT FLUSH.
func TestLostScriptIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]redis.UniversalClient{
		"one server": connect(t, redisURL(services.NewRedis(t))),
		"cluster":    startCluster(t),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := counting(t, client, nil)
			two := asks(policy("p", 5), policy("q", 5))
			for want := 4; want > 1; want-- {
				require.NoError(t, client.ScriptFlush(t.Context()).Err())
				d, err := r.Take(t.Context(), two...)
				require.NoError(t, err)
				assert.Equal(t, want, d.Verdicts[1].Remaining)
			}
			require.NoError(t, client.ScriptFlush(t.Context()).Err())
			require.NoError(t, r.Return(t.Context(), two...))
			d, err := r.Take(t.Context(), two...)
			require.NoError(t, err)
			assert.Equal(t, 2, d.Verdicts[1].Remaining)
		})
	}
}

func TestServersThatShareRedisCountTogether(t *testing.T) {
	t.Parallel()
	server, shared, clock := services.NewRedis(t), secret(), newManualClock()
	var limiters []ratelimit.Limiter
	for range 2 {
		r, err := ratelimit.NewRedis(ratelimit.RedisOptions{Client: connect(t, redisURL(server)), Secret: shared, Clock: clock.now, Deadline: longDeadline})
		require.NoError(t, err)
		limiters = append(limiters, r)
	}
	assert.Equal(t, int32(30), race(t, 100, asks(policy("p", 30)), limiters...))
}

// A reader of Redis must learn no IP address or account, and budgets must expire by themselves:
// otherwise an attacker could fill Redis with keys.
func TestKeysAreSecretAndExpire(t *testing.T) {
	t.Parallel()
	client := connect(t, redisURL(services.NewRedis(t)))
	r, p := counting(t, client, nil), policy("sign-in-account", 5)
	for _, key := range []string{"192.0.2.7", "ann@example.com"} {
		_, err := r.Take(t.Context(), ratelimit.Ask{Policy: p, Key: key})
		require.NoError(t, err)
	}
	keys, err := client.Keys(t.Context(), "*").Result()
	require.NoError(t, err)
	require.Len(t, keys, 2)
	for _, key := range keys {
		assert.Regexp(t, `^gatehouse:limit:[A-Za-z0-9_-]{22}$`, key)
		ttl, err := client.PTTL(t.Context(), key).Result()
		require.NoError(t, err)
		assert.Positive(t, ttl)
		assert.LessOrEqual(t, ttl, each+time.Second)
	}
	other := counting(t, client, nil)
	_, err = other.Take(t.Context(), ratelimit.Ask{Policy: p, Key: "192.0.2.7"})
	require.NoError(t, err)
	assert.Equal(t, int64(3), client.DBSize(t.Context()).Val(), "another secret, another key")

	require.NoError(t, r.Return(t.Context(), ratelimit.Ask{Policy: p, Key: "192.0.2.7"}, ratelimit.Ask{Policy: p, Key: "never"}))
	assert.Equal(t, int64(2), client.DBSize(t.Context()).Val(), "full budgets are not stored")
}

func TestRedisCountsByItsOwnClock(t *testing.T) {
	t.Parallel()
	r := counting(t, connect(t, redisURL(services.NewRedis(t))), nil)
	one := asks(policy("p", 1))
	_, err := r.Take(t.Context(), one...)
	require.NoError(t, err)
	d, err := r.Take(t.Context(), one...)
	require.NoError(t, err)
	assert.False(t, d.Allowed)
	assert.InDelta(t, each.Seconds(), d.Verdicts[0].RetryAfter.Seconds(), longDeadline.Seconds())
	assert.Less(t, d.Verdicts[0].RetryAfter, each, "time has passed")
}

// Another program may have written to the same keys.
func TestForeignValuesAreErrorsOrFull(t *testing.T) {
	t.Parallel()
	client := connect(t, redisURL(services.NewRedis(t)))
	r, one := counting(t, client, nil), asks(policy("p", 5))
	_, err := r.Take(t.Context(), one...)
	require.NoError(t, err)
	key := client.Keys(t.Context(), "*").Val()[0]
	require.NoError(t, client.Set(t.Context(), key, "soon", 0).Err())
	d, err := r.Take(t.Context(), one...)
	require.NoError(t, err)
	assert.Equal(t, 4, d.Verdicts[0].Remaining)
	require.NoError(t, client.Del(t.Context(), key).Err())
	require.NoError(t, client.SAdd(t.Context(), key, "x").Err())
	_, err = r.Take(t.Context(), one...)
	require.ErrorContains(t, err, "WRONGTYPE")
	require.ErrorContains(t, r.Return(t.Context(), one...), "WRONGTYPE")
}

func TestFrozenRedisCostsTheDeadline(t *testing.T) {
	t.Parallel()
	server := services.NewRedis(t)
	r, err := ratelimit.NewRedis(ratelimit.RedisOptions{Client: connect(t, "redis://"+server.Address()), Secret: secret()})
	require.NoError(t, err)
	require.Eventually(t, func() bool { return r.Ping(t.Context()) == nil }, longDeadline, 10*time.Millisecond)
	require.NoError(t, server.Freeze())
	for name, try := range map[string]func() error{
		"take":   func() error { _, err := r.Take(t.Context(), asks(policy("p", 5))...); return err },
		"return": func() error { return r.Return(t.Context(), asks(policy("p", 5))...) },
		"ping":   func() error { return r.Ping(t.Context()) },
	} {
		began := time.Now()
		var timeout net.Error
		require.ErrorAs(t, try(), &timeout, name)
		assert.True(t, timeout.Timeout())
		assert.Less(t, time.Since(began), 50*time.Millisecond+slack, name)
	}
	require.NoError(t, server.Thaw())
	require.Eventually(t, func() bool { return r.Ping(t.Context()) == nil }, longDeadline, 10*time.Millisecond)
}

func TestShortSecretIsRefused(t *testing.T) {
	t.Parallel()
	_, err := ratelimit.NewRedis(ratelimit.RedisOptions{Secret: make([]byte, 15)})
	require.ErrorIs(t, err, ratelimit.ErrSecret)
}

func BenchmarkRedisTake(b *testing.B) {
	r := counting(b, connect(b, redisURL(services.NewRedis(b))), nil)
	two := asks(policy("p", 5), policy("q", 5))
	for name, list := range map[string][]ratelimit.Ask{"1 ask": two[:1], "2 asks": two} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Take(b.Context(), list...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
