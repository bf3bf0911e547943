package chain

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

const (
	// verifyEvery is how old the last result may be.
	verifyEvery = 24 * time.Hour
	// stepRecords is about how many records are verified in one step, 200 a statement.
	stepRecords = 20_000
)

// Continuation verifies, day by day, what was recorded since the last result without a fault, in steps. What is before
// that is the command line's: "gatehouse audit verify" verifies all of it.
type Continuation struct {
	verifier *Verifier
	kept     *Verifications
	clock    provider.Clock
	actor    audit.Actor
	// sum is what was verified so far; nil: the first step is next.
	sum *Report
}

// NewContinuation makes a Continuation. It is for one job: its methods must not be called at once.
func NewContinuation(verifier *Verifier, kept *Verifications, clock provider.Clock, actor audit.Actor) *Continuation {
	return &Continuation{verifier: verifier, kept: kept, clock: clock, actor: actor}
}

// Due tells whether the last result is a day old, or is none. After a Fault nothing is: what comes behind it may be as it
// was sealed, and would hide it. A verification of all records that finds nothing goes on from there.
func (c *Continuation) Due(ctx context.Context) (bool, error) {
	last, err := c.kept.Last(ctx)
	if err != nil || last == nil {
		return err == nil, err
	}
	if last.Fault != nil && last.Fault.Kind != Invented {
		return false, nil
	}
	age := c.clock.Now(ctx).Sub(last.At)
	return age >= verifyEvery || age <= -verifyEvery || last.Fault != nil && last.Fault.Kind == Invented, nil // a clock was wrong
}

// Step verifies some records, and keeps the result when it has come to the end or to a Fault, which it returns. A
// record that waits to be sealed is none: there are alerts for that.
func (c *Continuation) Step(ctx context.Context) error {
	if c.sum == nil {
		from, err := c.kept.reached(ctx)
		if err != nil {
			return err
		}
		c.sum = &Report{Reached: from}
	}
	report, err := c.verifier.Verify(ctx, Options{From: c.sum.Reached, Most: stepRecords}, func(int64, int64) {})
	var fault *Fault
	if err != nil && (!errors.As(err, &fault) || !errors.Is(err, ErrTampered)) {
		return err
	}
	c.add(&report)
	if report.Partial {
		return nil
	}
	sum := *c.sum
	c.sum = nil
	return errors.Join(err, c.kept.Keep(ctx, c.actor, sum, fault))
}

// add counts a step.
func (c *Continuation) add(r *Report) {
	if c.sum.Records == 0 {
		c.sum.First = r.First
		c.sum.Whole = r.Whole
	}
	c.sum.Records += r.Records
	c.sum.Reached = r.Reached
}
