package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// MaxGrace bounds how long before a deletion it can be asked for.
const MaxGrace = 365 * 24 * time.Hour

// RequestDeletion has the account of a user, who has just proved to be the one, deleted after a grace period. All
// sessions end, and the user is told how to keep the account. A deletion that is under way stays as it is. It
// returns ErrSignIn when the user was changed since the proof, and ErrLastAdministrator.
func (s *SelfService) RequestDeletion(ctx context.Context, proved *User, grace time.Duration) (u *User, err error) {
	err = s.act(ctx, audit.UserRequestDeletion, proved.ID, func(ctx context.Context) (audit.Changes, error) {
		if u, err = s.registry.store.LockUser(ctx, proved.ID); err != nil {
			return nil, err
		}
		if u.Disabled || u.Generation != proved.Generation {
			return nil, ErrSignIn
		}
		if err := s.registry.leaveAdministrator(ctx, audit.Self(ctx, u.ID), u, nil, ""); err != nil {
			return nil, err
		}
		return s.registry.beginDeletion(ctx, u, grace, notify.Data{}.SeenFrom(ctx))
	})
	return u, err
}

// KeepAccount undoes RequestDeletion, or DeleteAfter, for a user who is signed in, and tells the user.
func (s *SelfService) KeepAccount(ctx context.Context, user provider.ID) error {
	return s.act(ctx, audit.UserKeep, user, func(ctx context.Context) (audit.Changes, error) {
		u, err := s.registry.store.LockUser(ctx, user)
		if err != nil {
			return nil, err
		}
		return s.registry.keepAndTell(ctx, u)
	})
}

// DeleteAfter is RequestDeletion for an administrator. It returns provider.ErrNotFound, audit.ErrForbidden or
// ErrLastAdministrator.
func (r *Registry) DeleteAfter(ctx context.Context, actor audit.Actor, id provider.ID, grace time.Duration) (u *User, err error) {
	if grace <= 0 || grace > MaxGrace {
		return nil, fmt.Errorf("account: a grace period of %s", grace)
	}
	err = r.gate.Do(ctx, actor, audit.UserRequestDeletion, audit.OfUser(id), func(ctx context.Context) (audit.Changes, error) {
		if u, err = r.lock(ctx, actor, id); err != nil {
			return nil, err
		}
		if err := r.leaveAdministrator(ctx, actor, u, nil, ""); err != nil {
			return nil, err
		}
		return r.beginDeletion(ctx, u, grace, notify.Data{}) // the user need not know where an administrator is
	})
	return u, err
}

// Keep undoes DeleteAfter, or what the user asked for, and tells the user.
func (r *Registry) Keep(ctx context.Context, actor audit.Actor, id provider.ID) (u *User, err error) {
	err = r.gate.Do(ctx, actor, audit.UserKeep, audit.OfUser(id), func(ctx context.Context) (audit.Changes, error) {
		if u, err = r.lock(ctx, actor, id); err != nil {
			return nil, err
		}
		return r.keepAndTell(ctx, u)
	})
	return u, err
}

func (r *Registry) beginDeletion(ctx context.Context, u *User, grace time.Duration, by notify.Data) (audit.Changes, error) {
	if u.DeleteAt != nil {
		return audit.Changes{}, nil
	}
	now := r.clock.Now(ctx)
	at := now.Add(grace)
	u.DeleteAt = &at
	if err := r.store.SetDeletion(ctx, u.ID, &at); err != nil {
		return nil, err
	}
	if err := r.endSessions(ctx, u.ID, now); err != nil {
		return nil, err
	}
	if err := r.store.EndAccess(ctx, u.ID, now); err != nil {
		return nil, err
	}
	by.At, by.Due = now, at
	return audit.Diff(nil, deletionOf(at)), r.notices.tell(ctx, u, notify.Message{Kind: notify.DeletionRequested, Data: by})
}

// keepAndTell is keep with a message: who was told of the deletion learns that there is none, and that somebody signed in.
func (r *Registry) keepAndTell(ctx context.Context, u *User) (audit.Changes, error) {
	changes, err := r.keep(ctx, u)
	if err != nil || len(changes) == 0 {
		return changes, err
	}
	return changes, r.notices.tell(ctx, u, notify.Message{Kind: notify.AccountKept, Data: notify.Data{At: r.clock.Now(ctx)}})
}

func (r *Registry) keep(ctx context.Context, u *User) (audit.Changes, error) {
	if u.DeleteAt == nil {
		return audit.Changes{}, nil
	}
	at := *u.DeleteAt
	u.DeleteAt = nil
	return audit.Diff(deletionOf(at), nil), r.store.SetDeletion(ctx, u.ID, nil)
}

func deletionOf(at time.Time) map[string]any {
	return map[string]any{"delete_at": at.UTC().Format(time.RFC3339)}
}

// dueAtOnce is how many accounts one run deletes: each is a transaction of its own.
const dueAtOnce = 100

// DeleteDue deletes the accounts whose grace period is over, and tells their owners. What fails is tried again at
// the next run, after the others. It returns how many it deleted.
func (r *Registry) DeleteDue(ctx context.Context) (deleted int64, err error) {
	due, err := r.store.DueDeletions(ctx, r.clock.Now(ctx), dueAtOnce)
	if err != nil {
		return 0, fmt.Errorf("account: read what is to be deleted: %w", err)
	}
	var faults []error
	for _, id := range due {
		gone, err := r.deleteDue(ctx, id)
		switch {
		case errors.Is(err, provider.ErrNotFound): // an administrator was first
		case err != nil:
			faults = append(faults, fmt.Errorf("account: delete user %s: %w", id, err))
		case gone:
			deleted++
		}
	}
	return deleted, errors.Join(faults...)
}

// deleteDue deletes an account, unless its user keeps it meanwhile.
func (r *Registry) deleteDue(ctx context.Context, id provider.ID) (gone bool, err error) {
	actor := audit.BackgroundJob("account-deletion")
	err = r.gate.Do(ctx, actor, audit.UserDelete, audit.OfUser(id), func(ctx context.Context) (audit.Changes, error) {
		gone = false
		u, err := r.store.LockUser(ctx, id)
		if err != nil {
			return nil, err
		}
		now := r.clock.Now(ctx)
		if u.DeleteAt == nil || u.DeleteAt.After(now) {
			return audit.Changes{}, nil
		}
		gone = true
		if err := r.notices.tell(ctx, u, notify.Message{Kind: notify.AccountDeleted, Data: notify.Data{At: now}}); err != nil {
			return nil, err
		}
		return r.remove(ctx, u)
	})
	return gone && err == nil, err
}

// remove removes a user whose row the transaction has locked.
func (r *Registry) remove(ctx context.Context, u *User) (audit.Changes, error) {
	now := r.clock.Now(ctx)
	if err := r.endSessions(ctx, u.ID, now); err != nil {
		return nil, err
	}
	return audit.Diff(map[string]any{"username": u.Username}, nil), r.store.DeleteUser(ctx, u.ID, now)
}
