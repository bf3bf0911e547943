package metrics

import "github.com/prometheus/client_golang/prometheus"

// Redis counts commands and shows the connections.
type Redis struct {
	registration *registration
	calls        calls
}

// RedisPool is the state of the connections. The first three are cumulative.
type RedisPool struct {
	Hits, Misses, Timeouts uint64
	Total, Idle            uint64
}

func newRedis(r *registration) *Redis {
	return &Redis{registration: r, calls: newCalls(r, "redis_command", "Commands to Redis")}
}

// RedisCommand counts one command or one pipeline, without a label for which.
func (m *Redis) RedisCommand(seconds float64, failed bool) { m.calls.observe(seconds, failed) }

// Watch shows whether the limits work without Redis, and its connections. Both functions are
// called at each scrape, and must be quick.
func (m *Redis) Watch(failing func() bool, pool func() RedisPool) error {
	count := func(name, help string, read func(RedisPool) uint64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help},
			func() float64 { return float64(read(pool())) })
	}
	gauge := func(name, help string, read func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: namespace, Name: name, Help: help}, read)
	}
	return m.registration.watch("redis",
		gauge("redis_failing", "1 while Redis is unavailable and each server counts rate limits for itself.", func() float64 {
			if failing() {
				return 1
			}
			return 0
		}),
		gauge("redis_connections", "Open connections to Redis.", func() float64 { return float64(pool().Total) }),
		gauge("redis_idle_connections", "Idle connections to Redis.", func() float64 { return float64(pool().Idle) }),
		count("redis_connection_hits_total", "Commands that found an open connection.", func(p RedisPool) uint64 { return p.Hits }),
		count("redis_connection_misses_total", "Commands that had to open a connection.", func(p RedisPool) uint64 { return p.Misses }),
		count("redis_connection_timeouts_total", "Commands that got no connection in time.", func(p RedisPool) uint64 { return p.Timeouts }),
	)
}
