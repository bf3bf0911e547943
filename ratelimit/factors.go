package ratelimit

import (
	"context"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// Factors limits attempts at the codes of second factors, over minutes and over days: by account and address,
// or, for a browser that has signed in to the account before, by that browser and by all such browsers of the
// account. Nobody who knows the password alone can use up what the owner's browsers have. Recovery codes have a limit of
// their own.
type Factors struct {
	limiter                                          Limiter
	account, accountLong, prefix, device, deviceLong *Policy
	recoveryAccount, recoveryDevice                  *Policy
}

var _ account.Throttle = (*Factors)(nil)

// NewFactors makes Factors with the policies of a table.
func NewFactors(limiter Limiter, table *Table) *Factors {
	f := &Factors{limiter: limiter}
	f.account, _ = table.Policy(FactorAccount) // every table has these policies
	f.accountLong, _ = table.Policy(FactorAccountLong)
	f.prefix, _ = table.Policy(FactorPrefix)
	f.device, _ = table.Policy(FactorDevice)
	f.deviceLong, _ = table.Policy(FactorDevicesLong)
	f.recoveryAccount, _ = table.Policy(FactorRecoveryAccount)
	f.recoveryDevice, _ = table.Policy(FactorRecoveryDevice)
	return f
}

// Take is part of account.Throttle.
func (f *Factors) Take(ctx context.Context, t account.Try) error {
	d, err := f.limiter.Take(ctx, f.asks(t)...)
	if err != nil {
		return fmt.Errorf("ratelimit: second factor: %w", err)
	}
	return throttled(d)
}

// Return is part of account.Throttle. An attempt that cannot be returned expires by itself.
func (f *Factors) Return(ctx context.Context, t account.Try) {
	_ = f.limiter.Return(ctx, f.asks(t)...)
}

func (f *Factors) asks(t account.Try) []Ask {
	switch {
	case t.Recovery && t.Device != "":
		return []Ask{{Policy: f.recoveryDevice, Key: t.Account + " " + t.Device}}
	case t.Recovery:
		return []Ask{{Policy: f.recoveryAccount, Key: t.Account}, {Policy: f.prefix, Key: t.Prefix}}
	case t.Device != "":
		return []Ask{{Policy: f.device, Key: t.Account + " " + t.Device}, {Policy: f.deviceLong, Key: t.Account}}
	}
	return []Ask{{Policy: f.account, Key: t.Account}, {Policy: f.accountLong, Key: t.Account}, {Policy: f.prefix, Key: t.Prefix}}
}
