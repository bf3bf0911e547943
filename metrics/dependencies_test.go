package metrics_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/metrics"
)

func TestStatementsAndCommandsAreCounted(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	m.SQL.Statement(.0003, false)
	m.SQL.Statement(.3, true)
	m.Redis.RedisCommand(.0002, false)
	assert.InEpsilon(t, 1, value(t, registry, "gatehouse_sql_statements_total", "outcome", "success"), 0)
	assert.InEpsilon(t, 1, value(t, registry, "gatehouse_sql_statements_total", "outcome", "failed"), 0)
	assert.InEpsilon(t, 2, value(t, registry, "gatehouse_sql_statement_duration_seconds"), 0)
	assert.InEpsilon(t, 1, value(t, registry, "gatehouse_redis_commands_total", "outcome", "success"), 0)
}

func TestConnectionsAreReadAtEachScrape(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	failing, pool := false, metrics.RedisPool{Total: 3, Idle: 2, Hits: 7, Misses: 5, Timeouts: 1}
	require.NoError(t, m.Redis.Watch(func() bool { return failing }, func() metrics.RedisPool { return pool }))
	assert.Zero(t, value(t, registry, "gatehouse_redis_failing"))
	failing = true
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_redis_failing 1 while Redis is unavailable and each server counts rate limits for itself.
# TYPE gatehouse_redis_failing gauge
gatehouse_redis_failing 1
# HELP gatehouse_redis_connections Open connections to Redis.
# TYPE gatehouse_redis_connections gauge
gatehouse_redis_connections 3
# HELP gatehouse_redis_idle_connections Idle connections to Redis.
# TYPE gatehouse_redis_idle_connections gauge
gatehouse_redis_idle_connections 2
# HELP gatehouse_redis_connection_hits_total Commands that found an open connection.
# TYPE gatehouse_redis_connection_hits_total counter
gatehouse_redis_connection_hits_total 7
# HELP gatehouse_redis_connection_misses_total Commands that had to open a connection.
# TYPE gatehouse_redis_connection_misses_total counter
gatehouse_redis_connection_misses_total 5
# HELP gatehouse_redis_connection_timeouts_total Commands that got no connection in time.
# TYPE gatehouse_redis_connection_timeouts_total counter
gatehouse_redis_connection_timeouts_total 1
`), "gatehouse_redis_failing", "gatehouse_redis_connections", "gatehouse_redis_idle_connections",
		"gatehouse_redis_connection_hits_total", "gatehouse_redis_connection_misses_total", "gatehouse_redis_connection_timeouts_total"))
	assert.Error(t, m.Redis.Watch(nil, nil), "a second Redis would be the same series")
}

func TestDecisionsAndCachesAreCounted(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	m.Limits.Decided("token-client", "redis", true)
	m.Limits.Decided("token-client", "memory", false)
	looked := m.Caches.For("clients")
	looked(true)
	looked(true)
	looked(false)
	assert.InEpsilon(t, 1, value(t, registry, "gatehouse_rate_limit_decisions_total", "source", "redis", "outcome", "allowed"), 0)
	assert.InEpsilon(t, 1, value(t, registry, "gatehouse_rate_limit_decisions_total", "source", "memory", "outcome", "refused"), 0)
	assert.InEpsilon(t, 2, value(t, registry, "gatehouse_cache_requests_total", "cache", "clients", "result", "hit"), 0)
	assert.InEpsilon(t, 1, value(t, registry, "gatehouse_cache_requests_total", "cache", "clients", "result", "miss"), 0)
}

// rate() needs the first value of a series: a series that starts at 1 has no increase.
func TestLimitsAreShownBeforeTheFirstRefusal(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	m.Limits.Expect("sign-in-account", "fallback")
	m.Limits.Decided("token-client", "redis", true)
	m.Limits.Decided("page-prefix", "redis", false)
	m.Limits.Expect("page-prefix", "redis")
	require.NoError(t, testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP gatehouse_rate_limit_decisions_total Decisions of the rate limits, by where the count was kept.
# TYPE gatehouse_rate_limit_decisions_total counter
gatehouse_rate_limit_decisions_total{outcome="allowed",policy="page-prefix",source="redis"} 0
gatehouse_rate_limit_decisions_total{outcome="refused",policy="page-prefix",source="redis"} 1
gatehouse_rate_limit_decisions_total{outcome="allowed",policy="sign-in-account",source="fallback"} 0
gatehouse_rate_limit_decisions_total{outcome="refused",policy="sign-in-account",source="fallback"} 0
gatehouse_rate_limit_decisions_total{outcome="allowed",policy="token-client",source="redis"} 1
gatehouse_rate_limit_decisions_total{outcome="refused",policy="token-client",source="redis"} 0
`), "gatehouse_rate_limit_decisions_total"))
}

func TestJobsAreCounted(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	m.Jobs.Expect("janitor", "key-rotation")
	assert.Zero(t, value(t, registry, "gatehouse_job_runs_total", "job_name", "key-rotation", "outcome", "success"), "shown before it ran")
	assert.Zero(t, value(t, registry, "gatehouse_job_duration_seconds", "job_name", "key-rotation"), "shown before it ran")
	m.Jobs.Ran("janitor", .2, errors.New("away"))
	assert.Negative(t, value(t, registry, "gatehouse_job_last_success_timestamp_seconds"), "a failure does not count as success")
	m.Jobs.Ran("janitor", .2, nil)
	m.Jobs.Removed("tokens", 40)
	m.Jobs.Removed("tokens", 2)
	m.Jobs.Removed("tokens", -1)
	assert.InEpsilon(t, 1, value(t, registry, "gatehouse_job_runs_total", "job_name", "janitor", "outcome", "failed"), 0)
	assert.InEpsilon(t, 1, value(t, registry, "gatehouse_job_runs_total", "job_name", "janitor", "outcome", "success"), 0)
	assert.InEpsilon(t, float64(noon.Unix()), value(t, registry, "gatehouse_job_last_success_timestamp_seconds", "job_name", "janitor"), 0)
	assert.InEpsilon(t, 2, value(t, registry, "gatehouse_job_duration_seconds", "job_name", "janitor"), 0)
	assert.InEpsilon(t, 42, value(t, registry, "gatehouse_janitor_removed_rows_total", "table", "tokens"), 0)
}

func TestReadinessIsCheckedAtEachScrape(t *testing.T) {
	t.Parallel()
	m, registry := newMetrics(t)
	var away error
	require.NoError(t, m.Ready.Watch("database", func(context.Context) error { return away }))
	assert.InEpsilon(t, 1, value(t, registry, "gatehouse_ready", "check", "database"), 0)
	away = errors.New("away")
	assert.Zero(t, value(t, registry, "gatehouse_ready", "check", "database"))
}
