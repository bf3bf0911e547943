package passkey

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/provider/notify"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// added tells of a new passkey, how many recovery codes were made with it, and the kind of factor that it ended.
func (r *Registry) added(ctx context.Context, u *account.User, p *Passkey, codes int, ended string) (audit.Changes, error) {
	r.events.Publish(ctx, event.FactorAdded{UserID: u.ID, Kind: factor.Passkey})
	details := described(p)
	if codes > 0 {
		details["recovery_codes"] = codes
	}
	m := r.notice(ctx, notify.FactorAdded, p)
	m.Data.Ended = ended
	return audit.Details(details), r.notices.TellUndoable(ctx, u, m)
}

func described(p *Passkey) map[string]any {
	return map[string]any{"factor": factor.Passkey, "passkey": p.ID.String(), "name": p.Name}
}

func (r *Registry) notice(ctx context.Context, kind notify.Kind, p *Passkey) notify.Message {
	return notify.Message{Kind: kind, Data: notify.Data{Factor: factor.Passkey, FactorName: p.Name, At: r.clock.Now(ctx)}}
}

// Rename gives a passkey of a user another name; an empty one is the name by its kind. It returns
// provider.ErrNotFound or *NameFault.
func (r *Registry) Rename(ctx context.Context, userID, id provider.ID, name string) error {
	name, err := nameOf(name)
	if err != nil {
		return err
	}
	return r.gate.Record(ctx, audit.Self(ctx, userID), audit.FactorRename, audit.OfUser(userID), func(ctx context.Context) (audit.Changes, error) {
		if _, err := r.store.LockUser(ctx, userID); err != nil { // of two names at once each record has the one before
			return nil, err
		}
		present, err := r.store.Passkeys(ctx, userID)
		if err != nil {
			return nil, err
		}
		p := byID(present, id)
		if p == nil {
			return nil, provider.ErrNotFound
		}
		now := name
		if now == "" {
			now = defaultName(p.Transports)
		}
		if now == p.Name {
			return audit.Changes{}, nil
		}
		return audit.Diff(map[string]any{"name": p.Name}, map[string]any{"name": now, "passkey": id.String()}), r.store.RenamePasskey(ctx, userID, id, now)
	})
}

// Remove removes a passkey that the user, who acts in a session, does not want any more. The user's other sessions in
// which a passkey was given end, and the recovery codes go when no factor remains. It brings Factors and Generation of u
// up to date, and returns provider.ErrNotFound, or provider.ErrStale when the user was changed since u was read.
func (r *Registry) Remove(ctx context.Context, u *account.User, id, acting provider.ID) error {
	var changed *account.User
	err := r.gate.Record(ctx, audit.Self(ctx, u.ID), audit.FactorRemove, audit.OfUser(u.ID), func(ctx context.Context) (changes audit.Changes, err error) {
		changed, err = r.store.LockUser(ctx, u.ID)
		switch {
		case err != nil:
			return nil, err
		case changed.Disabled || changed.Generation != u.Generation:
			return nil, provider.ErrStale
		}
		changed, changes, err = r.removed(ctx, changed, id, acting, r.notices.TellUndoable)
		return changes, err
	})
	if err == nil {
		u.Factors, u.Generation = changed.Factors, changed.Generation
	}
	return err
}

// RemoveFor removes a passkey of a user for an administrator, with every session in which a passkey was given. It
// returns provider.ErrNotFound or audit.ErrForbidden.
func (r *Registry) RemoveFor(ctx context.Context, actor audit.Actor, userID, id provider.ID) error {
	return r.gate.Do(ctx, actor, audit.FactorRemove, audit.OfUser(userID), func(ctx context.Context) (audit.Changes, error) {
		u, err := r.store.LockUser(ctx, userID)
		if err != nil {
			return nil, err
		}
		// Whoever may not change an administrator must not leave the account with a password alone.
		if err := account.MayManage(actor, u); err != nil {
			return nil, err
		}
		_, changes, err := r.removed(ctx, u, id, provider.ID{}, r.notices.Tell) // an undo would take back what was put right
		return changes, err
	})
}

// removed removes a passkey of a user who is locked, tells the user, and returns the user as changed by that. A session
// does not tell by which of the passkeys it was begun.
func (r *Registry) removed(ctx context.Context, u *account.User, id, acting provider.ID, tell func(context.Context, *account.User, notify.Message) error) (*account.User, audit.Changes, error) {
	present, err := r.store.Passkeys(ctx, u.ID)
	if err != nil {
		return nil, nil, err
	}
	p := byID(present, id)
	if p == nil {
		return nil, nil, provider.ErrNotFound
	}
	if err := r.store.RemovePasskey(ctx, u.ID, id); err != nil {
		return nil, nil, err
	}
	if u, err = r.store.LockUser(ctx, u.ID); err != nil {
		return nil, nil, err
	}
	if err := session.EndBy(ctx, r.store, r.events, u.ID, acting, r.clock.Now(ctx), acr.MethodKey, acr.MethodSoftware, acr.MethodHardware, session.Remembered); err != nil {
		return nil, nil, err
	}
	r.events.Publish(ctx, event.FactorRemoved{UserID: u.ID, Kind: factor.Passkey})
	return u, audit.Diff(described(p), nil), tell(ctx, u, r.notice(ctx, notify.FactorRemoved, p))
}
