package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/keyring"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// limits is what requests are counted by.
type limits struct {
	table   *ratelimit.Table
	limiter ratelimit.Limiter
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
		return limits{table: table, limiter: ratelimit.Observe(t.decisions(memory), tally)}, nil
	}
	client, err := ratelimit.NewClient(h.config.RedisURL)
	if err != nil {
		return limits{}, fmt.Errorf("%s %w", h.config.named("redis_url"), err)
	}
	// The keys in Redis do not reveal who signs in from where.
	secret := h.ring.Key(keyring.RateLimit).MAC([]byte("names of budgets"))
	shared, err := ratelimit.NewRedis(ratelimit.RedisOptions{Client: client, Secret: secret})
	if err != nil {
		return limits{}, errors.Join(err, client.Close())
	}
	guarded := ratelimit.NewGuarded(shared, memory, log, e.clock)
	return limits{table: table, limiter: ratelimit.Observe(t.decisions(guarded), tally), redis: client, failing: guarded.Failing}, nil
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
