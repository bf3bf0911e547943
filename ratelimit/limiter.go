package ratelimit

import (
	"context"
	"time"
)

// Ask is one policy's question about a request.
type Ask struct {
	Policy *Policy
	// Limit is one of the key's own; zero: the policy's.
	Limit Limit
	// Key is whose budget: a client id, an address prefix, an account.
	Key string
	// Cost is how much of it; less than 1 counts as 1.
	Cost int
}

// Off tells whether nothing limits this; it need not be asked.
func (a Ask) Off() bool { return a.limit().Off() }

func (a Ask) limit() Limit {
	if a.Limit == (Limit{}) {
		return a.Policy.Limit
	}
	return a.Limit
}

// Verdict is what one policy says.
type Verdict struct {
	Policy *Policy
	// Limit is the one in force.
	Limit Limit
	// Remaining is how many requests could follow at once.
	Remaining int
	// Reset is when the budget is whole again, counted from now.
	Reset time.Duration
	// RetryAfter is when this request would be let through; 0: this policy does not refuse it.
	RetryAfter time.Duration
}

// Decision is the answer to all asks of a request.
type Decision struct {
	Allowed bool
	// Verdicts are in the order of the asks; those that nobody counted are absent.
	Verdicts []Verdict
	// Source says who decided: memory, redis, fallback or none.
	Source string
}

// Tightest is the verdict that refused for longest, or the one with the least left.
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
	// Return gives back what Take took: the try turned out to be no offence. A budget never
	// becomes larger than whole by it.
	Return(ctx context.Context, asks ...Ask) error
}
