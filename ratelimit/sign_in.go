package ratelimit

import (
	"context"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// SignIn limits password attempts: by account and address, or, for a browser that has signed in
// to the account before, by that browser alone.
type SignIn struct {
	limiter                 Limiter
	account, prefix, device *Policy
}

var _ account.Throttle = (*SignIn)(nil)

// NewSignIn makes a SignIn with the policies of a table.
func NewSignIn(limiter Limiter, table *Table) *SignIn {
	s := &SignIn{limiter: limiter}
	s.account, _ = table.Policy(SignInAccount) // every table has these policies
	s.prefix, _ = table.Policy(SignInPrefix)
	s.device, _ = table.Policy(SignInDevice)
	return s
}

// Take is part of account.Throttle.
func (s *SignIn) Take(ctx context.Context, t account.Try) error {
	d, err := s.limiter.Take(ctx, s.asks(t)...)
	if err != nil {
		return fmt.Errorf("ratelimit: sign-in: %w", err)
	}
	return throttled(d)
}

// throttled is the error of a decision; nil: it allows.
func throttled(d Decision) error {
	if d.Allowed {
		return nil
	}
	verdict, _ := d.Tightest()
	ofAccount := slices.ContainsFunc(d.Verdicts, func(v Verdict) bool { return v.RetryAfter > 0 && v.Policy.Key == ByAccount })
	return &account.Throttled{RetryAfter: verdict.RetryAfter, Account: ofAccount}
}

// Return is part of account.Throttle. An attempt that cannot be returned expires by itself.
func (s *SignIn) Return(ctx context.Context, t account.Try) {
	_ = s.limiter.Return(ctx, s.asks(t)...)
}

func (s *SignIn) asks(t account.Try) []Ask {
	if t.Device != "" {
		return []Ask{{Policy: s.device, Key: t.Account + " " + t.Device}}
	}
	return []Ask{{Policy: s.account, Key: t.Account}, {Policy: s.prefix, Key: t.Prefix}}
}
