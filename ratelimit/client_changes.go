package ratelimit

import (
	"context"
	"time"
)

// ClientChanges limits how often a client that registered itself changes its registration.
type ClientChanges struct {
	limiter Limiter
	policy  *Policy
}

// NewClientChanges makes ClientChanges with the policy of a table.
func NewClientChanges(limiter Limiter, table *Table) *ClientChanges {
	policy, _ := table.Policy(ClientChangeClient) // every table has it
	return &ClientChanges{limiter, policy}
}

// Take counts a change before it is made. It returns how long the client has to wait, and then counts nothing; 0: not at
// all.
func (c *ClientChanges) Take(ctx context.Context, clientID string) (time.Duration, error) {
	return wait(ctx, c.limiter, Ask{Policy: c.policy, Key: clientID})
}

// wait counts what is asked, and returns 0, or how long to wait for it.
func wait(ctx context.Context, limiter Limiter, ask Ask) (time.Duration, error) {
	if ask.Off() {
		return 0, nil
	}
	decision, err := limiter.Take(ctx, ask)
	if err != nil || decision.Allowed {
		return 0, err
	}
	verdict, _ := decision.Tightest()
	return verdict.RetryAfter, nil
}
