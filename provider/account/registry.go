package account

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// The validation errors of the registry.
var (
	ErrUsername = errors.New("a user name has 2 or more letters, digits or . _ - + (one is enough in Chinese, Japanese or Korean) and starts with a letter or digit; right-to-left and left-to-right letters do not mix")
	// ErrUsernameMissing: there is none, and none can be made of the contact.
	ErrUsernameMissing = errors.New("a user name is needed")
	ErrEmail           = errors.New("that is not an email address")
	ErrPhone           = errors.New("a phone number starts with + and the country code and has 8 to 15 digits")
	ErrPassword        = errors.New("a password has 8 to 128 characters, and no control characters")
	ErrCommon          = errors.New("that password is too easy to guess; choose another one")
	ErrBreached        = errors.New("that password is known from a theft at another site; choose another one")
	ErrRoles           = errors.New("a user has at most 500 roles")
	ErrRole            = errors.New("a role has 1 to 50 lower-case letters, digits or -")
	// These are provider.ErrConflict, too.
	ErrUsernameTaken = fmt.Errorf("%w: another user has that user name", provider.ErrConflict)
	ErrEmailTaken    = fmt.Errorf("%w: another user has that email address", provider.ErrConflict)
)

// Store keeps users. It returns provider.ErrNotFound, and provider.ErrConflict when a
// user name, one that looks the same, or an email address is taken.
type Store interface {
	User(ctx context.Context, id provider.ID) (*User, error)
	UserBySubject(ctx context.Context, subject string) (*User, error)
	logins
	// UserBySkeleton reads the user whose name looks the same as those with the skeleton.
	UserBySkeleton(ctx context.Context, skeleton string) (*User, error)
	CreateUser(ctx context.Context, u *User) error
	// LockUser reads a user and locks the row until the transaction ends.
	LockUser(ctx context.Context, id provider.ID) (*User, error)
	// UpdateUser replaces the user, except for the generation, which the store maintains.
	UpdateUser(ctx context.Context, u *User) error
	// ProvePhone notes that a user proved to control the phone number, which is verified. It returns
	// provider.ErrConflict when another user did.
	ProvePhone(ctx context.Context, user provider.ID) error
	// EndSessions ends the user's sessions and returns those that were not over.
	EndSessions(ctx context.Context, userID provider.ID, at time.Time) ([]provider.ID, error)
	// EndAccess ends everything that was issued for the user, what outlives sessions as well.
	EndAccess(ctx context.Context, userID provider.ID, at time.Time) error
	// CloseVerifications makes the codes and links worthless that were sent about the user.
	CloseVerifications(ctx context.Context, user provider.ID) error
	// FactorsBefore removes the second factors of a user that were set up at a time or later, with the recovery codes of
	// that time, gives back codes by mail that another change ended since then, where the address is verified, and
	// returns the kinds of both. Another generation makes worthless what browsers remember.
	FactorsBefore(ctx context.Context, userID provider.ID, since time.Time) (removed, restored []string, err error)
	// OtherAdministrator tells whether a user other than that one has the role admin, is not disabled, and is not to be
	// deleted. Until the transaction ends, others that ask wait.
	OtherAdministrator(ctx context.Context, id provider.ID) (bool, error)
	// SetDeletion says when the account is to be deleted; nil: it is to stay.
	SetDeletion(ctx context.Context, userID provider.ID, at *time.Time) error
	// DueDeletions are users whose accounts are to be deleted by a time, those that are due longest first.
	DueDeletions(ctx context.Context, by time.Time, limit int) ([]provider.ID, error)
	// DeleteUser removes the user with sessions and consents, and ends all grants.
	DeleteUser(ctx context.Context, id provider.ID, at time.Time) error
}

// Lister pages through users.
type Lister interface {
	Users(ctx context.Context, of Filter, limit int) ([]*User, error)
}

// hasher is the slow hash.
type hasher interface {
	Hash(ctx context.Context, secret string) (string, error)
	Verify(ctx context.Context, hash, secret string) (bool, error)
}

// stolen are the passwords that are known from thefts at other sites.
type stolen interface {
	Breached(ctx context.Context, password string) bool
}

// Registry creates and changes users. Each change is an administrative act.
type Registry struct {
	store  Store
	gate   *audit.Gate
	hasher hasher
	stolen stolen
	events publisher
	clock  provider.Clock
	random io.Reader
	// notices is nil where no messages are sent.
	notices *notices
	// pairwise reads pairwise subjects; nil: there are none.
	pairwise pairwiseReader
}

// NewRegistry makes a Registry. Passwords that are stolen are refused; nil: none is known to be.
func NewRegistry(store Store, gate *audit.Gate, h hasher, s stolen, events publisher, clock provider.Clock, random io.Reader) *Registry {
	return &Registry{store: store, gate: gate, hasher: h, stolen: s, events: events, clock: clock, random: random}
}

// Create adds a user with the given password, which may be empty for a user who does not sign in
// with a password. It fills in id, subject and times, and returns Wrong, provider.ErrConflict or
// audit.ErrForbidden.
func (r *Registry) Create(ctx context.Context, actor audit.Actor, u *User, password string) error {
	if err := MayManage(actor, u); err != nil {
		return err
	}
	wrong, err := r.wrong(ctx, u, &User{})
	if err != nil {
		return err
	}
	if password != "" {
		canonical, problem := passwordOf(u, password)
		wrong.add(problem)
		if len(wrong) == 0 {
			if u.PasswordHash, err = r.hash(ctx, canonical); err != nil {
				return err
			}
		}
	}
	if err := wrong.orNil(); err != nil {
		return err
	}
	now := r.clock.Now(ctx)
	u.ID, u.Subject, u.CreatedAt, u.UpdatedAt = provider.NewID(now, r.random), provider.RandomID(r.random).String(), now, now
	err = r.gate.Do(ctx, actor, audit.UserCreate, audit.OfUser(u.ID), func(ctx context.Context) (audit.Changes, error) {
		return audit.Diff(nil, u.record()), r.store.CreateUser(ctx, u)
	})
	return r.explained(ctx, err, u, &User{})
}

// Find finds a user by id, subject, user name or email address. The subject may be a pairwise one. A UUID is never a name: one that is like
// the id of a user, perhaps of one who was deleted, must not lead an operator to the wrong account.
func (r *Registry) Find(ctx context.Context, who string) (*User, error) {
	if _, is := provider.ReadUUID(who); !is {
		u, err := r.store.UserByLogin(ctx, LoginForms(who)...)
		if errors.Is(err, provider.ErrNotFound) {
			return r.findPairwise(ctx, who)
		}
		return u, err
	}
	if id, err := provider.ParseID(who); err == nil {
		if u, err := r.store.User(ctx, id); !errors.Is(err, provider.ErrNotFound) {
			return u, err
		}
	}
	return r.store.UserBySubject(ctx, who)
}

// Update changes the user that Find finds, as Change does.
func (r *Registry) Update(ctx context.Context, actor audit.Actor, who string, change func(u *User)) (*User, error) {
	known, err := r.Find(ctx, who)
	if err != nil {
		return nil, err
	}
	return r.Change(ctx, actor, known.ID, func(u *User) error {
		change(u)
		return nil
	})
}

// Change changes a user: change receives the current one and modifies it in place. It cannot change
// id, subject and password. It calls SetEmail and SetPhone, unless it knows whether the new contact is
// verified. Change returns the error of change, Wrong, provider.ErrNotFound,
// provider.ErrConflict or audit.ErrForbidden; then nothing has changed.
func (r *Registry) Change(ctx context.Context, actor audit.Actor, id provider.ID, change func(u *User) error) (*User, error) {
	updated, err := r.change(ctx, actor, id, change)
	var wrong Wrong
	if !errors.Is(err, provider.ErrConflict) || errors.As(err, &wrong) {
		return updated, err
	}
	// Another user got the name meanwhile: the second time it is found, and named.
	if again, cause := r.change(ctx, actor, id, change); cause == nil || errors.As(cause, &wrong) {
		return again, cause
	}
	return nil, err
}

func (r *Registry) change(ctx context.Context, actor audit.Actor, id provider.ID, change func(u *User) error) (*User, error) {
	var updated *User
	err := r.gate.Do(ctx, actor, audit.UserUpdate, audit.OfUser(id), func(ctx context.Context) (audit.Changes, error) {
		// A change writes the whole user: based on a stale read, it would undo a concurrent change,
		// such as a new password.
		u, err := r.lock(ctx, actor, id)
		if err != nil {
			return nil, err
		}
		before, was := u.clone(), u.record()
		if err := change(u); err != nil {
			return nil, err
		}
		u.ID, u.Subject, u.PasswordHash, u.CreatedAt, u.UpdatedAt = before.ID, before.Subject, before.PasswordHash, before.CreatedAt, before.UpdatedAt
		if err := r.checkChange(ctx, actor, u, before); err != nil {
			return nil, err
		}
		claim := "roles"
		if u.Disabled {
			claim = "disabled"
		}
		if err := r.leaveAdministrator(ctx, actor, before, u, claim); err != nil {
			return nil, err
		}
		updated = u
		changes := audit.Diff(was, u.record())
		if len(changes) == 0 {
			return changes, nil
		}
		u.UpdatedAt = r.clock.Now(ctx)
		if u.Disabled || u.Email != before.Email || u.Phone != before.Phone {
			if err := r.store.CloseVerifications(ctx, u.ID); err != nil {
				return nil, err
			}
		}
		if u.Disabled {
			if err := r.endSessions(ctx, u.ID, u.UpdatedAt); err != nil {
				return nil, err
			}
		}
		if err := r.store.UpdateUser(ctx, u); err != nil {
			return nil, err
		}
		return changes, r.notices.lost(ctx, u, before)
	})
	if err != nil {
		return nil, err
	}
	return updated, nil
}

func (r *Registry) checkChange(ctx context.Context, actor audit.Actor, u, before *User) error {
	if err := MayManage(actor, u); err != nil {
		return err
	}
	wrong, err := r.wrong(ctx, u, before)
	if err != nil {
		return err
	}
	return wrong.orNil()
}

// wrong finds everything that is wrong with a user, but for the password.
func (r *Registry) wrong(ctx context.Context, u, before *User) (Wrong, error) {
	wrong, err := r.rename(ctx, u, before)
	return append(wrong, validate(u, before)...), err
}

// lock reads a user whom the actor may manage, and locks the row until the transaction ends.
func (r *Registry) lock(ctx context.Context, actor audit.Actor, id provider.ID) (*User, error) {
	u, err := r.store.LockUser(ctx, id)
	if err != nil {
		return nil, err
	}
	return u, MayManage(actor, u)
}

// SetPassword changes the password of the user that Find finds, as SetPasswordOf does.
func (r *Registry) SetPassword(ctx context.Context, actor audit.Actor, who, password string) (*User, error) {
	known, err := r.Find(ctx, who)
	if err != nil {
		return nil, err
	}
	return r.setPassword(ctx, actor, known, password)
}

// SetPasswordOf changes the password of a user, and ends all of the user's sessions. It returns
// *Invalid, provider.ErrNotFound or audit.ErrForbidden.
func (r *Registry) SetPasswordOf(ctx context.Context, actor audit.Actor, id provider.ID, password string) (*User, error) {
	known, err := r.store.User(ctx, id)
	if err != nil {
		return nil, err
	}
	return r.setPassword(ctx, actor, known, password)
}

func (r *Registry) setPassword(ctx context.Context, actor audit.Actor, known *User, password string) (*User, error) {
	if err := MayManage(actor, known); err != nil {
		return nil, err
	}
	canonical, problem := passwordOf(known, password)
	if problem != nil {
		return nil, problem
	}
	hash, err := r.hash(ctx, canonical)
	if err != nil {
		return nil, err
	}
	var updated *User
	err = r.gate.Do(ctx, actor, audit.UserSetPassword, audit.OfUser(known.ID), func(ctx context.Context) (audit.Changes, error) {
		u, err := r.lock(ctx, actor, known.ID)
		if err != nil {
			return nil, err
		}
		u.PasswordHash, u.UpdatedAt = hash, r.clock.Now(ctx)
		updated = u
		// A link that undoes a change would void the password again.
		if err := r.store.CloseVerifications(ctx, u.ID); err != nil {
			return nil, err
		}
		if err := r.endSessions(ctx, u.ID, u.UpdatedAt); err != nil {
			return nil, err
		}
		if err := r.store.UpdateUser(ctx, u); err != nil {
			return nil, err
		}
		return nil, r.notices.tell(ctx, u, notify.Message{Kind: notify.PasswordChanged, Data: notify.Data{At: u.UpdatedAt}})
	})
	return updated, err
}

// Delete removes a user; everything issued to the user ends with it, and the subject is never
// reused. It returns provider.ErrNotFound, audit.ErrForbidden or ErrLastAdministrator.
func (r *Registry) Delete(ctx context.Context, actor audit.Actor, id provider.ID) error {
	return r.gate.Do(ctx, actor, audit.UserDelete, audit.OfUser(id), func(ctx context.Context) (audit.Changes, error) {
		u, err := r.lock(ctx, actor, id)
		if err != nil {
			return nil, err
		}
		if err := r.leaveAdministrator(ctx, actor, u, nil, ""); err != nil {
			return nil, err
		}
		return r.remove(ctx, u)
	})
}

// passwordOf is the form in which a password is hashed.
func passwordOf(u *User, password string) (string, *Invalid) {
	canonical, err := canonicalPassword(password)
	if err != nil {
		return "", invalid("password", err, fault.Password)
	}
	if common(canonical, u) {
		return "", invalid("password", ErrCommon, fault.Common)
	}
	return canonical, nil
}

// hash looks a password that somebody chose up, and hashes it. Both are slow: it comes before the
// transaction, and after everything else that can be wrong. It returns *Invalid for a stolen password.
func (r *Registry) hash(ctx context.Context, canonical string) (string, error) {
	if p, ok := ctx.Value(preparedKey{}).(prepared); ok && p.canonical == canonical {
		return p.hash, p.err
	}
	if r.stolen != nil && r.stolen.Breached(ctx, canonical) {
		return "", invalid("password", ErrBreached, fault.Breached)
	}
	hash, err := r.hasher.Hash(ctx, canonical)
	if err != nil {
		return "", fmt.Errorf("account: hash password: %w", err)
	}
	return hash, nil
}

// hashChosen is hash for a form with more fields than the password: a stolen one is Wrong.
func (r *Registry) hashChosen(ctx context.Context, canonical string) (string, error) {
	hash, err := r.hash(ctx, canonical)
	var stolen *Invalid
	if errors.As(err, &stolen) {
		return "", Wrong{stolen}
	}
	return hash, err
}

// MostRoles is how many roles a user may have: some directories have a hundred groups for a person, and a token with
// them has to fit into a header.
const MostRoles = 500

// validate checks the fields that changed, and that no missing contact is marked as verified.
func validate(u, before *User) (wrong Wrong) {
	u.EmailVerified = u.EmailVerified && u.Email != ""
	u.PhoneVerified = u.PhoneVerified && u.Phone != ""
	if u.Phone != "" && !validPhone(u.Phone) {
		wrong.add(invalid("phone", ErrPhone, fault.Phone))
	}
	if !reflect.DeepEqual(u.Profile, before.Profile) {
		wrong = append(wrong, u.Profile.validate()...)
	}
	if len(u.Roles) > max(MostRoles, len(before.Roles)) {
		wrong.add(invalid("roles", ErrRoles, fault.Roles))
	}
	for n, role := range u.Roles {
		if !provider.ValidRole(role) {
			wrong.add(invalid("roles/"+strconv.Itoa(n), ErrRole, fault.Role))
		}
	}
	return wrong
}
