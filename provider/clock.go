package provider

import (
	"context"
	"time"
)

// Clock tells the time. It is injected everywhere, so that expiry can be tested
// and so that a test of it never sleeps.
type Clock func() time.Time

type instantKey struct{}

// WithInstant fixes the clock for everything done under ctx. A transaction has one
// instant: a row that was created and expires in the same transaction must not do
// either "before" the other.
func WithInstant(ctx context.Context, at time.Time) context.Context {
	return context.WithValue(ctx, instantKey{}, at)
}

// Real is the current time, also inside a transaction: for records of what waited for others.
func (c Clock) Real() time.Time { return c().UTC().Truncate(time.Microsecond) }

// Now is the instant of the surrounding transaction or, outside one, the current
// time. It is in UTC and cut to microseconds, the resolution that both databases
// keep: a time that was written compares equal when it is read back.
func (c Clock) Now(ctx context.Context) time.Time {
	if at, ok := ctx.Value(instantKey{}).(time.Time); ok {
		return at
	}
	return c.Real()
}
