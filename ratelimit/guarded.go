package ratelimit

import (
	"context"
	"log/slog"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Guarded uses a limiter that may fail, and a fallback while it does.
type Guarded struct {
	limiter  inspected
	fallback inspected
	clock    provider.Clock
	breaker  breaker
}

// NewGuarded makes a Guarded. The fallback applies stricter limits to the policies that must
// never be off; all others are not limited in the meantime.
func NewGuarded(limiter, fallback inspected, log *slog.Logger, clock provider.Clock) *Guarded {
	return &Guarded{limiter: limiter, fallback: fallback, clock: clock, breaker: breaker{log: log}}
}

// Take is part of Limiter. It fails only when the fallback does.
func (g *Guarded) Take(ctx context.Context, asks ...Ask) (Decision, error) {
	if g.breaker.ask(g.clock.Now(ctx)) {
		d, err := g.limiter.Take(ctx, asks...)
		if g.note(ctx, err); err == nil {
			return d, nil
		}
	}
	strict := strictOf(asks)
	if len(strict) == 0 {
		return Decision{Allowed: true, Source: fromNone}, nil
	}
	d, err := g.fallback.Take(ctx, strict...)
	d.Source = fromFallback
	return d, err
}

// Return is part of Limiter. While the limiter is unavailable it goes to the fallback, which took.
func (g *Guarded) Return(ctx context.Context, asks ...Ask) error {
	if g.breaker.ask(g.clock.Now(ctx)) {
		err := g.limiter.Return(ctx, asks...)
		if g.note(ctx, err); err == nil {
			return nil
		}
	}
	return g.fallback.Return(ctx, strictOf(asks)...)
}

// Failing tells whether the limiter is unavailable.
func (g *Guarded) Failing() bool { return g.breaker.open() }

// note records failures. A request that its caller canceled says nothing about Redis: otherwise
// five canceled requests would switch the limits off.
func (g *Guarded) note(ctx context.Context, err error) {
	switch {
	case err == nil:
		g.breaker.succeeded(ctx)
	case ctx.Err() == nil:
		g.breaker.failed(ctx, g.clock.Now(ctx), err)
	}
}

func strictOf(asks []Ask) []Ask {
	var strict []Ask
	for _, a := range asks {
		if a.Policy.Outage == Strict {
			a.Limit = a.limit().stricter()
			strict = append(strict, a)
		}
	}
	return strict
}
