package factor

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// ErrNoFactor: the user has no factor, or not the one that is to be removed.
var ErrNoFactor = errors.New("the user has no such factor")

// ErrExists: the user has an authenticator app already. It is not replaced: one that was set up in another window
// would stop working without a word.
var ErrExists = errors.New("the user has an authenticator app already")

// SetUpTOTP gives a user, who is authenticated, the authenticator app with a secret that was proposed. The code
// shows that the app has it, and is not accepted again. A user without recovery codes gets ten, which are shown
// once. It returns ErrCode, ErrSecret, ErrExists, or provider.ErrStale when the user was changed since u was read; else
// u has the new factors and the new generation.
func (r *Registry) SetUpTOTP(ctx context.Context, u *account.User, secret, code string, acting provider.ID) (codes []string, err error) {
	key, err := readSecret(secret)
	if err != nil {
		return nil, err
	}
	step, right := match(key, typed(code), r.clock.Now(ctx))
	if !right {
		return nil, ErrCode
	}
	err = r.change(ctx, u, audit.FactorAdd, func(ctx context.Context, locked *account.User) (audit.Changes, error) {
		if slices.Contains(locked.Factors, TOTP) {
			return nil, ErrExists
		}
		now := r.clock.Real() // not when the transaction began, which has waited for others: see account.SelfService.Undo
		app := StoredTOTP{Sealed: r.seal.SealFor(u.ID[:], key), LastStep: step, CreatedAt: now}
		if err := r.store.SetTOTP(ctx, u.ID, app); err != nil {
			return nil, fmt.Errorf("factor: store an authenticator app: %w", err)
		}
		if codes, err = r.Added(ctx, locked, acting); err != nil {
			return nil, err
		}
		r.events.Publish(ctx, event.FactorAdded{UserID: u.ID, Kind: TOTP})
		details := map[string]any{"factor": TOTP}
		if len(codes) > 0 {
			details["recovery_codes"] = len(codes)
		}
		return audit.Details(details), r.notices.TellUndoable(ctx, locked, notify.Message{Kind: notify.FactorAdded, Data: notify.Data{Factor: TOTP, Ended: Ended(locked.Factors), At: now}})
	})
	if err != nil {
		return nil, err
	}
	return codes, nil
}

// Added does what follows from a new factor, in the transaction that has stored it, for a user as of before, who acts in
// a session; zero: in none. A user who has no recovery codes left gets some, which are returned.
//
// Codes by mail end with the first stronger factor, and with them what was got by them: the other sessions, what
// applications have, and the recovery codes that stood in for them. Whoever reads the mailbox has seen those.
func (r *Registry) Added(ctx context.Context, before *account.User, acting provider.ID) ([]string, error) {
	if slices.Contains(before.Factors, Mail) {
		if err := session.EndBy(ctx, r.store, r.events, before.ID, acting, r.clock.Now(ctx), acr.MethodCode, session.Remembered); err != nil {
			return nil, err
		}
		r.events.Publish(ctx, event.FactorRemoved{UserID: before.ID, Kind: Mail})
		return r.newRecoveryCodes(ctx, before.ID)
	}
	stored, err := r.store.RecoveryCodes(ctx, before.ID)
	if err != nil {
		return nil, fmt.Errorf("factor: read recovery codes: %w", err)
	}
	if unused(stored) > 0 {
		return nil, nil
	}
	return r.newRecoveryCodes(ctx, before.ID)
}

// change carries out what a user does to the own factors, and takes over what became of the user.
func (r *Registry) change(ctx context.Context, u *account.User, action audit.Action, act func(ctx context.Context, locked *account.User) (audit.Changes, error)) error {
	var after *account.User
	err := r.gate.Record(ctx, audit.Self(ctx, u.ID), action, audit.OfUser(u.ID), func(ctx context.Context) (audit.Changes, error) {
		locked, err := r.store.LockUser(ctx, u.ID)
		switch {
		case errors.Is(err, provider.ErrNotFound):
			return nil, provider.ErrStale
		case err != nil:
			return nil, fmt.Errorf("factor: lock a user: %w", err)
		case locked.Disabled || locked.Generation != u.Generation:
			return nil, provider.ErrStale
		}
		changes, err := act(ctx, locked)
		if err != nil {
			return nil, err
		}
		if after, err = r.store.User(ctx, u.ID); err != nil {
			return nil, fmt.Errorf("factor: read a user: %w", err)
		}
		return changes, nil
	})
	if err != nil {
		return err
	}
	u.Factors, u.Generation = after.Factors, after.Generation
	return nil
}
