package ratelimit

import (
	"context"
	"time"
)

// Ask is a request's use of one policy.
type Ask struct {
	Policy *Policy
	// Limit is one of the key's own; zero means the policy's.
	Limit Limit
	// Key names the budget: a client id, an address prefix, an account.
	Key string
	// Cost is how much is taken; less than 1 counts as 1.
	Cost int
}

// Off tells whether the limit is off; then the limiter need not be asked.
func (a Ask) Off() bool { return a.limit().Off() }

func (a Ask) limit() Limit {
	if a.Limit == (Limit{}) {
		return a.Policy.Limit
	}
	return a.Limit
}

// Verdict is the result for one policy.
type Verdict struct {
	Policy *Policy
	// Limit is the one in force.
	Limit Limit
	// Remaining is how many requests would still be allowed at once.
	Remaining int
	// Reset is the time until the budget is full again.
	Reset time.Duration
	// RetryAfter is the time until this request would be allowed; 0: this policy does not refuse it.
	RetryAfter time.Duration
}

// Decision is the result for all asks of a request.
type Decision struct {
	Allowed bool
	// Verdicts are in the order of the asks, without those whose limit is off.
	Verdicts []Verdict
	// Source is the limiter that decided: memory, redis, fallback or none.
	Source string
}

// Tightest is the refusing verdict with the longest wait, or the one with the least remaining.
func (d Decision) Tightest() (Verdict, bool) {
	var tightest Verdict
	for i, v := range d.Verdicts {
		if i == 0 || v.RetryAfter > tightest.RetryAfter || (v.RetryAfter == tightest.RetryAfter && v.Remaining < tightest.Remaining) {
			tightest = v
		}
	}
	return tightest, len(d.Verdicts) > 0
}

// Limiter counts.
type Limiter interface {
	// Take counts a request against all asks, or against none when one refuses.
	Take(ctx context.Context, asks ...Ask) (Decision, error)
	// Return gives back what Take took, for a request that turns out not to count. It never
	// makes a budget larger than full.
	Return(ctx context.Context, asks ...Ask) error
}
