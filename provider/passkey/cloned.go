package passkey

import (
	"context"
	"errors"

	"github.com/go-webauthn/webauthn/protocol"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// cloned carries out what follows when a counter did not rise: the act is recorded and the owner is told, once for
// each challenge. The passkey stays: an authenticator may have a fault, and who made the copy must not be able
// to lock the owner out. It is in a transaction of its own, after that of the ceremony was rolled back.
func (r *Registry) cloned(ctx context.Context, c Ceremony, p *Passkey, data *protocol.AuthenticatorData) error {
	err := r.store.Detached(ctx, func(ctx context.Context) error {
		u, err := r.store.LockUser(ctx, p.UserID)
		if err != nil {
			return err
		}
		if err := r.use(ctx, c); err != nil {
			return err
		}
		present, err := r.store.Passkeys(ctx, p.UserID)
		if err != nil {
			return err
		}
		now := byID(present, p.ID)
		if now == nil || !stuck(now, data) {
			// It was removed meanwhile, and nothing is wrong with it.
			return refused(Unknown, nil)
		}
		return r.gate.Record(ctx, audit.Self(ctx, u.ID), audit.FactorClone, audit.OfUser(u.ID), func(ctx context.Context) (audit.Changes, error) {
			r.events.Publish(ctx, event.PasskeyCloned{UserID: u.ID, PasskeyID: p.ID})
			changes := audit.Details(map[string]any{"passkey": p.ID.String(), "name": now.Name, "sign_count": now.SignCount, "received": data.Counter})
			return changes, r.notices.Tell(ctx, u, notify.Message{Kind: notify.PasskeyCloned, Data: notify.Data{Factor: factor.Passkey, FactorName: now.Name, At: r.clock.Now(ctx)}.SeenFrom(ctx)})
		})
	})
	if errors.Is(err, provider.ErrNotFound) {
		return refused(Unknown, nil)
	}
	if err != nil {
		return err
	}
	return refused(Cloned, nil)
}

// stuck tells whether a counter did not rise. An authenticator that does not count always says zero, and of a passkey
// that is on several devices each counts for itself. A copy must not pass by saying so where the passkey was not.
func stuck(p *Passkey, data *protocol.AuthenticatorData) bool {
	if p.BackupEligible && data.Flags.HasBackupEligible() {
		return false
	}
	return data.Counter <= p.SignCount && (data.Counter != 0 || p.SignCount != 0)
}

func byID(passkeys []*Passkey, id provider.ID) *Passkey {
	for _, p := range passkeys {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// tell publishes that a response was refused which was to prove a user.
func (r *Registry) tell(ctx context.Context, userID provider.ID, err error) error {
	if because := (*Refused)(nil); errors.As(err, &because) {
		r.events.Publish(ctx, event.FactorRefused{UserID: userID, Kind: factor.Passkey, Reason: string(because.Reason)})
	}
	return err
}

func userOf(u *account.User) (id provider.ID) {
	if u != nil {
		id = u.ID
	}
	return id
}
