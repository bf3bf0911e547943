package ratelimit

import "context"

// Observer receives every verdict, for the metrics.
type Observer interface {
	// Decided is called for every verdict: whether that policy allows the request.
	Decided(policy, source string, allowed bool)
}

// Observe makes a Limiter that reports to an Observer.
func Observe(limiter Limiter, observer Observer) Limiter {
	return &observed{Limiter: limiter, observer: observer}
}

type observed struct {
	Limiter

	observer Observer
}

func (o *observed) Take(ctx context.Context, asks ...Ask) (Decision, error) {
	d, err := o.Limiter.Take(ctx, asks...)
	if err != nil {
		return d, err
	}
	for _, v := range d.Verdicts {
		o.observer.Decided(v.Policy.Name, d.Source, v.RetryAfter == 0)
	}
	return d, nil
}
