package ratelimit

import "context"

// Renewals give back the attempts at the codes of second factors that somebody used up who knew a former password.
type Renewals struct {
	limiter Limiter
	state   Inspector
	renewal *Policy
	full    []*Policy
}

// NewRenewals makes Renewals with the policies of a table.
func NewRenewals(limiter Limiter, state Inspector, table *Table) *Renewals {
	r := &Renewals{limiter: limiter, state: state}
	r.renewal, _ = table.Policy(FactorRenewal) // every table has these policies
	for _, name := range []string{FactorAccount, FactorAccountLong, FactorDevicesLong, FactorRecoveryAccount} {
		p, _ := table.Policy(name)
		r.full = append(r.full, p)
	}
	return r
}

// Renew makes the budgets of an account full, once a week. Those of its browsers refill within the hour. What cannot be
// renewed refills by itself.
func (r *Renewals) Renew(ctx context.Context, account string) {
	d, err := r.limiter.Take(ctx, Ask{Policy: r.renewal, Key: account, Cost: r.renewal.Limit.Burst})
	if err != nil || !d.Allowed {
		return
	}
	for _, p := range r.full {
		_ = r.state.Refill(ctx, Ask{Policy: p, Key: account})
	}
}
