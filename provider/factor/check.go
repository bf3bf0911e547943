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
)

// ErrCode: the code is wrong or was used already. One error: whoever sees a code being typed must not learn
// whether it was right.
var ErrCode = errors.New("the code is wrong or was used already")

// Attempt is one attempt at a code.
type Attempt struct {
	// User is who the password, or the session, said it is.
	User *account.User
	// Code is as it was typed.
	Code string
	// Prefix is the IP address prefix of the request, as limits count addresses.
	Prefix string
	// Devices are the accounts that this browser has signed in to before, with all that they ask for.
	Devices []account.Device
	// Browser is the browser of the request, for CheckMail: a code that was asked for in another one is wrong.
	Browser []byte
}

// try is what the attempt is counted by, as for passwords.
func (a Attempt) try(kind string) account.Try {
	return account.Try{Account: a.User.ID.String(), Prefix: a.Prefix, Device: deviceOf(a.User, a.Devices), Recovery: kind == RecoveryCode}
}

// deviceOf is the browser as one in which a user has signed in before; empty: it is none.
func deviceOf(u *account.User, devices []account.Device) string {
	for _, d := range devices {
		if d.UserID == u.ID {
			return d.ID
		}
	}
	return ""
}

// CheckTOTP accepts the code of an authenticator app once, up to half a minute before and after its time. It
// returns ErrCode, also for a user without an app, or *account.Throttled, for which the code was not compared.
// Whoever goes on from it must do so with the generation of the user, as for a password.
func (r *Registry) CheckTOTP(ctx context.Context, a Attempt) error {
	code := typed(a.Code)
	return r.attempt(ctx, a, TOTP, code, func() error {
		app, err := r.store.TOTP(ctx, a.User.ID)
		if errors.Is(err, provider.ErrNotFound) {
			return ErrCode
		}
		if err != nil {
			return fmt.Errorf("factor: read an authenticator app: %w", err)
		}
		secret, err := r.seal.OpenFor(a.User.ID[:], app.Sealed)
		if err != nil {
			return fmt.Errorf("factor: secret of user %s: %w", a.User.ID, err)
		}
		step, right := match(secret, code, r.clock.Now(ctx))
		if !right {
			return ErrCode
		}
		// RFC 6238 section 5.2: the second attempt at a code is not accepted, nor one that is older than it.
		err = r.store.UseTOTPStep(ctx, a.User.ID, app.Sealed, step)
		if errors.Is(err, provider.ErrNotFound) {
			return ErrCode
		}
		return err
	})
}

// CheckRecoveryCode accepts a recovery code once, and tells the user how many are left. Its errors are those
// of CheckTOTP; it has a limit of its own.
func (r *Registry) CheckRecoveryCode(ctx context.Context, a Attempt) error {
	code := typedRecovery(a.Code)
	return r.attempt(ctx, a, RecoveryCode, code, func() error {
		stored, err := r.store.RecoveryCodes(ctx, a.User.ID)
		if err != nil {
			return fmt.Errorf("factor: read recovery codes: %w", err)
		}
		id, err := r.find(stored, code)
		if err != nil {
			return err
		}
		if id.IsZero() {
			return ErrCode
		}
		return r.use(ctx, a.User, id)
	})
}

func (r *Registry) use(ctx context.Context, u *account.User, id provider.ID) error {
	return r.gate.Record(ctx, audit.Self(ctx, u.ID), audit.RecoveryCodesUse, audit.OfUser(u.ID), func(ctx context.Context) (audit.Changes, error) {
		locked, err := r.store.LockUser(ctx, u.ID) // before the code, as whatever replaces the codes does
		if err != nil {
			return nil, fmt.Errorf("factor: lock a user: %w", err)
		}
		err = r.store.UseRecoveryCode(ctx, id)
		if errors.Is(err, provider.ErrNotFound) {
			return nil, ErrCode
		}
		if err != nil {
			return nil, fmt.Errorf("factor: use a recovery code: %w", err)
		}
		stored, err := r.store.RecoveryCodes(ctx, u.ID) // another one may have been used meanwhile
		if err != nil {
			return nil, fmt.Errorf("factor: read recovery codes: %w", err)
		}
		left := unused(stored)
		return audit.Details(map[string]any{"left": left}),
			r.notices.TellUndoable(ctx, locked, notify.Message{Kind: notify.RecoveryCodeUsed, Data: notify.Data{CodesLeft: left, At: r.clock.Now(ctx)}})
	})
}

// attempt counts an attempt before it is made, and gives it back if it succeeds. What cannot be a code is none.
func (r *Registry) attempt(ctx context.Context, a Attempt, kind, code string, check func() error) error {
	if code == "" {
		r.refused(ctx, a.User, kind, "wrong_code")
		return ErrCode
	}
	try := a.try(kind)
	if err := r.throttle.Take(ctx, try); err != nil {
		var throttled *account.Throttled
		if errors.As(err, &throttled) {
			r.refused(ctx, a.User, kind, "throttled")
			if throttled.Account {
				r.guessed(ctx, a.User)
			}
		}
		return err
	}
	err := check()
	switch {
	case err == nil:
		r.throttle.Return(ctx, try)
	case errors.Is(err, ErrCode):
		r.refused(ctx, a.User, kind, "wrong_code")
	}
	return err
}

// guessed tells a user that somebody has used up the attempts at codes, who therefore knows the password, or has a
// session. The message is not repeated within a day. Whoever guesses may hang up, and is answered in any case.
func (r *Registry) guessed(ctx context.Context, u *account.User) {
	m := notify.Message{Kind: notify.FactorGuessed, Data: notify.Data{At: r.clock.Now(ctx)}.SeenFrom(ctx)}
	if err := r.store.Detached(ctx, func(ctx context.Context) error { return r.notices.Tell(ctx, u, m) }); err != nil {
		r.events.Publish(ctx, event.NoticeFailed{UserID: u.ID, Kind: string(m.Kind), Fault: err})
	}
}

func (r *Registry) refused(ctx context.Context, u *account.User, kind, reason string) {
	r.events.Publish(ctx, event.FactorRefused{UserID: u.ID, Kind: kind, Reason: reason})
}
