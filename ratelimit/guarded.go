package ratelimit

import (
	"context"
	"log/slog"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Guarded asks a limiter that may fail, and knows what to do when it does.
type Guarded struct {
	limiter  Limiter
	fallback Limiter
	clock    provider.Clock
	breaker  breaker
}

// NewGuarded makes a Guarded. Fallback decides by stricter limits on what must never be
// unlimited; everything else is open meanwhile.
func NewGuarded(limiter, fallback Limiter, log *slog.Logger, clock provider.Clock) *Guarded {
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
		return Decision{Allowed: true, Source: fromNobody}, nil
	}
	d, err := g.fallback.Take(ctx, strict...)
	d.Source = fromFallback
	return d, err
}

// Return is part of Limiter. While the limiter is away it goes to the fallback, which took.
func (g *Guarded) Return(ctx context.Context, asks ...Ask) error {
	if g.breaker.ask(g.clock.Now(ctx)) {
		err := g.limiter.Return(ctx, asks...)
		if g.note(ctx, err); err == nil {
			return nil
		}
	}
	return g.fallback.Return(ctx, strictOf(asks)...)
}

// Failing tells whether the limiter is away.
func (g *Guarded) Failing() bool { return g.breaker.open() }

// note keeps account of failures. A request that its caller hung up says nothing about Redis:
// otherwise five of them would switch the limits off.
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
