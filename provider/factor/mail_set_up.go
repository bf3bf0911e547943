package factor

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// SetUpMail lets a user, who is authenticated, have codes by mail. The code of SendMail shows that they arrive. A user
// without recovery codes gets ten, which are shown once. It returns ErrCode, ErrExists for a user with another factor, which
// is stronger, or provider.ErrStale when the user was changed since u was read; else u has the new factors and the new
// generation.
func (r *Registry) SetUpMail(ctx context.Context, u *account.User, browser []byte, code string) (codes []string, err error) {
	if code = typed(code); code == "" {
		return nil, ErrCode
	}
	v, err := r.typedMail(ctx, u, browser, verification.SecondFactorSetUp, code)
	if err != nil {
		return nil, err
	}
	err = r.change(ctx, u, audit.FactorAdd, func(ctx context.Context, locked *account.User) (audit.Changes, error) {
		if len(locked.Factors) > 0 {
			return nil, ErrExists
		}
		if err := r.useMail(ctx, v); err != nil {
			return nil, err
		}
		now := r.clock.Real() // not when the transaction began, which has waited for others: see account.SelfService.Undo
		err := r.store.SetMailFactor(ctx, u.ID, v.Address, now)
		switch {
		case errors.Is(err, provider.ErrNotFound): // the address was changed meanwhile
			return nil, ErrCode
		case err != nil:
			return nil, fmt.Errorf("factor: store the factor by mail: %w", err)
		}
		if codes, err = r.Added(ctx, locked, provider.ID{}); err != nil {
			return nil, err
		}
		r.events.Publish(ctx, event.FactorAdded{UserID: u.ID, Kind: Mail})
		details := map[string]any{"factor": Mail}
		if len(codes) > 0 {
			details["recovery_codes"] = len(codes)
		}
		return audit.Details(details), r.notices.TellUndoable(ctx, locked, notify.Message{Kind: notify.FactorAdded, Data: notify.Data{Factor: Mail, At: now}})
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// RemoveMail ends the codes by mail of a user, as RemoveTOTP does with an authenticator app.
func (r *Registry) RemoveMail(ctx context.Context, u *account.User, acting provider.ID) error {
	return r.remove(ctx, u, acting, Mail, r.store.RemoveMailFactor)
}
