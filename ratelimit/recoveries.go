package ratelimit

import (
	"context"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// Recoveries limits how often one address asks for a forgotten password of one account.
type Recoveries struct {
	limiter Limiter
	policy  *Policy
}

// NewRecoveries makes Recoveries with the policy of a table.
func NewRecoveries(limiter Limiter, table *Table) *Recoveries {
	policy, _ := table.Policy(RecoverAccount) // every table has it
	return &Recoveries{limiter, policy}
}

// Take counts a request before it is answered. It returns *account.Throttled, and then counts nothing.
func (r *Recoveries) Take(ctx context.Context, t account.Try) error {
	ask := Ask{Policy: r.policy, Key: AccountKey(t.Account, t.Prefix)}
	if ask.Off() {
		return nil
	}
	d, err := r.limiter.Take(ctx, ask)
	if err != nil {
		return fmt.Errorf("ratelimit: recovery: %w", err)
	}
	return throttled(d)
}
