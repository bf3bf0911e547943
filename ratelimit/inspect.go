package ratelimit

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Inspector reads and refills budgets, for administrators.
type Inspector interface {
	// Peek is the Decision about a request of this kind, which is not counted: Remaining is before
	// it, and RetryAfter is 0 where it would be allowed.
	Peek(ctx context.Context, ask Ask) (Decision, error)
	// Refill makes a budget full.
	Refill(ctx context.Context, ask Ask) error
}

// peeked is the state of a budget of which so much of the window is used.
func peeked(source string, ask Ask, used int64) Decision {
	l := ask.limit()
	v := Verdict{Policy: ask.Policy, Limit: l, Remaining: int((l.window() - used) / l.interval()), Reset: micros(used)}
	v.RetryAfter = micros(max(0, used+l.price(ask.Cost)-l.window()))
	return Decision{Allowed: v.RetryAfter == 0, Source: source, Verdicts: []Verdict{v}}
}

// Peek is part of Inspector.
func (m *Memory) Peek(ctx context.Context, ask Ask) (Decision, error) {
	buckets := m.buckets(nil, []Ask{ask})
	m.lock(buckets)
	defer m.unlock(buckets)
	return peeked(fromMemory, ask, ask.limit().used(m.clock.Now(ctx).UnixMicro(), m.shard(buckets[0]).full[buckets[0]])), nil
}

// Refill is part of Inspector.
func (m *Memory) Refill(_ context.Context, ask Ask) error {
	buckets := m.buckets(nil, []Ask{ask})
	m.lock(buckets)
	defer m.unlock(buckets)
	delete(m.shard(buckets[0]).full, buckets[0])
	return nil
}

// Peek is part of Inspector. It only reads.
func (r *Redis) Peek(ctx context.Context, ask Ask) (Decision, error) {
	ctx, cancel := context.WithTimeout(ctx, r.deadline)
	defer cancel()
	full, err := r.client.Get(ctx, r.keys([]Ask{ask})[0]).Int64()
	if err != nil && !errors.Is(err, redis.Nil) {
		return Decision{}, fmt.Errorf("ratelimit: redis: %w", err)
	}
	var now int64
	if r.clock != nil {
		now = r.clock.Now(ctx).UnixMicro()
	} else {
		at, err := r.client.Time(ctx).Result()
		if err != nil {
			return Decision{}, fmt.Errorf("ratelimit: redis: %w", err)
		}
		now = at.UnixMicro()
	}
	return peeked(fromRedis, ask, ask.limit().used(now, full)), nil
}

// Refill is part of Inspector.
func (r *Redis) Refill(ctx context.Context, ask Ask) error {
	ctx, cancel := context.WithTimeout(ctx, r.deadline)
	defer cancel()
	if err := r.client.Del(ctx, r.keys([]Ask{ask})[0]).Err(); err != nil {
		return fmt.Errorf("ratelimit: redis: %w", err)
	}
	return nil
}

// inspected is a limiter that can be inspected.
type inspected interface {
	Limiter
	Inspector
}

// Peek is part of Inspector. It shows what a request would meet now: while the limiter is unavailable
// that is the fallback, or nothing.
func (g *Guarded) Peek(ctx context.Context, ask Ask) (Decision, error) {
	if g.breaker.ask(g.clock.Now(ctx)) {
		d, err := g.limiter.Peek(ctx, ask)
		if g.note(ctx, err); err == nil {
			return d, nil
		}
	}
	strict := strictOf([]Ask{ask})
	if len(strict) == 0 {
		return peeked(fromNone, ask, 0), nil
	}
	d, err := g.fallback.Peek(ctx, strict[0])
	d.Source = fromFallback
	return d, err
}

// Refill is part of Inspector. It refills the budget of both: while the limiter is unavailable the one
// of the fallback counts, and it fails all the same.
func (g *Guarded) Refill(ctx context.Context, ask Ask) error {
	err := g.limiter.Refill(ctx, ask)
	g.note(ctx, err)
	return errors.Join(err, g.fallback.Refill(ctx, ask))
}
