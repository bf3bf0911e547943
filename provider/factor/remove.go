package factor

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// RemoveTOTP removes the authenticator app of a user, who acts in a session. The user's other sessions in which a code
// was given end, and recovery codes go when no other factor remains. It returns ErrNoFactor, or provider.ErrStale when
// the user was changed since u was read; else u has the factors that remain and the new generation.
func (r *Registry) RemoveTOTP(ctx context.Context, u *account.User, acting provider.ID) error {
	return r.remove(ctx, u, acting, TOTP, r.store.RemoveTOTP)
}

// remove removes a factor that is a code.
func (r *Registry) remove(ctx context.Context, u *account.User, acting provider.ID, kind string, from func(context.Context, provider.ID) error) error {
	return r.change(ctx, u, audit.FactorRemove, func(ctx context.Context, locked *account.User) (audit.Changes, error) {
		err := from(ctx, u.ID)
		switch {
		case errors.Is(err, provider.ErrNotFound):
			return nil, ErrNoFactor
		case err != nil:
			return nil, fmt.Errorf("factor: remove %s: %w", kind, err)
		}
		if err := session.EndBy(ctx, r.store, r.events, u.ID, acting, r.clock.Now(ctx), acr.MethodCode, session.Remembered); err != nil {
			return nil, err
		}
		r.events.Publish(ctx, event.FactorRemoved{UserID: u.ID, Kind: kind})
		return audit.Diff(map[string]any{"factor": kind}, nil),
			r.notices.TellUndoable(ctx, locked, notify.Message{Kind: notify.FactorRemoved, Data: notify.Data{Factor: kind, At: r.clock.Now(ctx)}})
	})
}

// NewRecoveryCodes gives a user, who is authenticated, ten recovery codes in the place of all those before.
// They are shown once. Whoever takes the former ones for stolen does not want a browser to be let in without a factor
// either, so none is remembered afterwards; and sessions that were begun by a recovery code end, but for the one in which
// the user acts. It returns ErrNoFactor, as they stand in for a factor, or provider.ErrStale.
func (r *Registry) NewRecoveryCodes(ctx context.Context, u *account.User, acting provider.ID) (codes []string, err error) {
	err = r.change(ctx, u, audit.RecoveryCodesRenew, func(ctx context.Context, locked *account.User) (audit.Changes, error) {
		if len(locked.Factors) == 0 {
			return nil, ErrNoFactor
		}
		if codes, err = r.newRecoveryCodes(ctx, u.ID); err != nil {
			return nil, err
		}
		if err := r.store.ForgetBrowsers(ctx, u.ID); err != nil {
			return nil, fmt.Errorf("factor: forget browsers: %w", err)
		}
		if err := session.EndBy(ctx, r.store, r.events, u.ID, acting, r.clock.Now(ctx), session.Recovered); err != nil {
			return nil, err
		}
		return audit.Details(map[string]any{"recovery_codes": len(codes)}),
			r.notices.TellUndoable(ctx, locked, notify.Message{Kind: notify.RecoveryCodesRenewed, Data: notify.Data{At: r.clock.Now(ctx)}})
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}
