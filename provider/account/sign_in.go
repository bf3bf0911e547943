package account

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/event"
	passwordhash "github.com/gatehouse-id/gatehouse/provider/password"
)

// ErrSignIn: the user is unknown, disabled or has another password. One error, after the same
// work, so that neither text nor timing reveals which accounts exist.
var ErrSignIn = errors.New("user name or password is wrong")

// decoy is verified when there is no user or no password: the response must take as long for a
// name that does not exist.
const decoy = "$argon2id$v=19$m=19456,t=2,p=1$Z2F0ZWhvdXNlLWRlY295IQ$Rk4xd2lqUW5LZ0ZsV2hKc3RqT2R5c0hxR0ZkdVl2cWE"

// signInStore finds users and keeps the hashes of their passwords.
type signInStore interface {
	logins
	// UpgradePassword replaces the hash of a password by another hash of it, and returns
	// provider.ErrStale if it is not the given one any more. It is no change of the password: sessions
	// and grants stay.
	UpgradePassword(ctx context.Context, id provider.ID, before, after string) error
}

// SignIn verifies passwords.
type SignIn struct {
	users        signInStore
	applications applications
	hasher       hasher
	throttle     Throttle
	events       publisher
}

// publisher publishes events.
type publisher interface {
	Publish(ctx context.Context, e event.Event)
}

// NewSignIn makes a SignIn whose attempts the throttle counts. Without applications, which may be nil, people
// who have registered are unknown until they confirm.
func NewSignIn(users signInStore, a applications, h hasher, t Throttle, events publisher) *SignIn {
	return &SignIn{users: users, applications: a, hasher: h, throttle: t, events: events}
}

// Verify returns the user with that name and password. It returns ErrSignIn, which may be *Unconfirmed, or
// *Throttled, for which the password was not checked.
func (s *SignIn) Verify(ctx context.Context, a Attempt) (*User, error) {
	try := Try{Account: countedLogin(a.Login), Prefix: a.Prefix}
	u, err := byLogin(ctx, s.users, a.Login)
	if err != nil && !errors.Is(err, provider.ErrNotFound) {
		return nil, fmt.Errorf("find user: %w", err)
	}
	known := err == nil
	if known {
		// User name and email address are two names of one account: counted separately, they would
		// allow twice as many attempts (Authelia CVE-2026-47203).
		try.Account, try.Device = u.ID.String(), a.device(u.ID)
	}
	if err := s.throttle.Take(ctx, try); err != nil {
		var throttled *Throttled
		if errors.As(err, &throttled) {
			s.refused(ctx, a, "throttled", u)
		}
		return nil, err
	}
	applied, hash, err := s.applied(ctx, a, known)
	if err != nil {
		return nil, err
	}
	if known && u.PasswordHash != "" {
		hash = u.PasswordHash
	}
	hashing := ctx
	if try.Device != "" { // a browser that has signed in to the account before
		hashing = passwordhash.Preferred(ctx)
	}
	spelling, ok, err := s.verify(hashing, hash, a.Password)
	switch {
	case errors.Is(err, errNotChecked):
		s.throttle.Return(ctx, try)
		return nil, fmt.Errorf("verify password: %w", err)
	case err != nil:
		return nil, fmt.Errorf("verify password: %w", err)
	case ok && !applied.IsZero():
		s.throttle.Return(ctx, try)
		s.refused(ctx, a, "unconfirmed", nil)
		return nil, &Unconfirmed{applied}
	case !known:
		s.refused(ctx, a, "unknown_user", nil)
		return nil, ErrSignIn
	case !ok || hash == decoy:
		s.refused(ctx, a, "wrong_password", u)
		return nil, ErrSignIn
	case u.Disabled:
		s.refused(ctx, a, "disabled", u)
		return nil, ErrSignIn
	}
	s.throttle.Return(ctx, try)
	s.upgrade(hashing, u, spelling)
	return u, nil
}

// applied is the registration that a person who is no user may have begun, with what the password is compared
// with. It is looked up for users as well, who would else be told by the time it takes.
func (s *SignIn) applied(ctx context.Context, a Attempt, known bool) (id provider.ID, hash string, err error) {
	if s.applications == nil {
		return id, decoy, nil
	}
	found, hash, err := s.applications.Unconfirmed(ctx, a.Login, a.Begun)
	switch {
	case err != nil:
		return id, "", fmt.Errorf("find a registration: %w", err)
	case known || hash == "":
		return id, decoy, nil
	}
	return found, hash, nil
}

// errNotChecked: the queue for slow hashes was full, and no spelling of the password was checked.
// Where one was, the attempt counts: otherwise an attacker who keeps the queue full could guess by
// first spellings without limit.
var errNotChecked = errors.New("the password was not checked")

// verify returns the spelling that matched.
func (s *SignIn) verify(ctx context.Context, hash, password string) (string, bool, error) {
	for i, spelling := range spellings(password) {
		ok, err := s.hasher.Verify(ctx, hash, spelling)
		if i == 0 && errors.Is(err, provider.ErrBusy) {
			return "", false, errors.Join(errNotChecked, err)
		}
		if ok || err != nil {
			return spelling, ok, err
		}
	}
	return "", false, nil
}

func (s *SignIn) refused(ctx context.Context, a Attempt, reason string, u *User) {
	e := event.SignInRefused{Reason: reason, ClientID: a.ClientID}
	if u != nil {
		e.UserID = u.ID
	}
	s.events.Publish(ctx, e)
}
