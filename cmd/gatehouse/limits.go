package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// limits is what requests are counted by.
type limits struct {
	table   *ratelimit.Table
	limiter ratelimit.Limiter
	state   ratelimit.Inspector
	redis   redis.UniversalClient // nil without Redis
	failing func() bool
}

// limits counts in Redis where there is one, and in this process while it is away. The tally hears
// what is refused.
func (e *environment) limits(h *instance, t *telemetry, tally *audit.Tally, log *slog.Logger) (limits, error) {
	table, err := h.config.policies()
	if err != nil {
		return limits{}, err
	}
	for _, p := range table.All() {
		for _, source := range p.Sources(h.config.RedisURL != "") {
			t.metrics.Limits.Expect(p.Name, source)
		}
	}
	memory := ratelimit.NewMemory(e.clock)
	if h.config.RedisURL == "" {
		return limits{table: table, limiter: ratelimit.Observe(t.decisions(memory), tally), state: memory}, nil
	}
	shared, client, err := h.redisLimits(0)
	if err != nil {
		return limits{}, err
	}
	guarded := ratelimit.NewGuarded(shared, memory, log, e.clock)
	return limits{table: table, limiter: ratelimit.Observe(t.decisions(guarded), tally), state: guarded, redis: client, failing: guarded.Failing}, nil
}

// redisLimits are the limits that all servers count together. A deadline of 0 is that of a request.
func (h *instance) redisLimits(deadline time.Duration) (*ratelimit.Redis, redis.UniversalClient, error) {
	client, err := ratelimit.NewClient(h.config.RedisURL)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %w", h.config.named("redis_url"), err)
	}
	// The keys in Redis do not reveal who signs in from where.
	secret := h.ring.Key(keyring.RateLimit).MAC([]byte("names of budgets"))
	shared, err := ratelimit.NewRedis(ratelimit.RedisOptions{Client: client, Secret: secret, Deadline: deadline})
	if err != nil {
		return nil, nil, errors.Join(err, client.Close())
	}
	return shared, client, nil
}

func (l limits) close(err *error) {
	if l.redis != nil {
		*err = errors.Join(*err, l.redis.Close())
	}
}

// policies is the table of rate limits with what the settings replace.
func (c *config) policies() (*ratelimit.Table, error) {
	overrides := map[string]ratelimit.Limit{}
	for _, text := range c.RateLimits {
		if strings.TrimSpace(text) == "off" {
			for _, name := range ratelimit.Switchable() {
				overrides[name] = ratelimit.Limit{}
			}
			continue
		}
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("%s: %q is not of the form token-client=100/1s", c.named("rate_limits"), text)
		}
		limit, err := ratelimit.ParseLimit(strings.TrimSpace(value))
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", c.named("rate_limits"), strings.TrimSpace(name), err)
		}
		overrides[strings.TrimSpace(name)] = limit
	}
	table, err := ratelimit.NewTable(overrides)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", c.named("rate_limits"), strings.TrimPrefix(err.Error(), "ratelimit: "))
	}
	return table, nil
}
