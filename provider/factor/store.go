package factor

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// StoredTOTP is an authenticator app as it is stored.
type StoredTOTP struct {
	// Sealed is the secret, for the id of the user.
	Sealed []byte
	// LastStep is the step of the last code that was accepted.
	LastStep  int64
	CreatedAt time.Time
	// UsedAt is nil until a code was accepted after the set-up.
	UsedAt *time.Time
}

// StoredCode is a recovery code as it is stored.
type StoredCode struct {
	ID provider.ID
	// Sealed is the hash, for ID; empty once the code was used.
	Sealed    []byte
	CreatedAt time.Time
	UsedAt    *time.Time
}

// Store keeps factors. Whatever changes which kinds a user has changes account.User.Factors with it, and
// raises the generation of the user.
type Store interface {
	apps
	mails
	codes
	users
}

// mails keeps who gets codes by mail. The address is that of the user.
type mails interface {
	// MailFactor returns provider.ErrNotFound.
	MailFactor(ctx context.Context, user provider.ID) (*App, error)
	// SetMailFactor returns provider.ErrNotFound unless this is the verified email address of the user. The factor
	// goes when the user has no verified address any more.
	SetMailFactor(ctx context.Context, user provider.ID, address string, at time.Time) error
	// UseMailFactor notes that a code was accepted; provider.ErrNotFound: the user has no such factor any more, or another
	// address.
	UseMailFactor(ctx context.Context, user provider.ID, address string) error
	// RemoveMailFactor returns provider.ErrNotFound. Recovery codes go with the last factor.
	RemoveMailFactor(ctx context.Context, user provider.ID) error
}

// apps keeps authenticator apps, one for a user.
type apps interface {
	// TOTP returns provider.ErrNotFound.
	TOTP(ctx context.Context, user provider.ID) (StoredTOTP, error)
	// SetTOTP stores the app of a user in the place of the one before.
	SetTOTP(ctx context.Context, user provider.ID, t StoredTOTP) error
	// UseTOTPStep notes that a code was accepted; provider.ErrNotFound: another one of this step or of a later
	// one was, or the app is not the one with this sealed secret any more.
	UseTOTPStep(ctx context.Context, user provider.ID, sealed []byte, step int64) error
	// RemoveTOTP returns provider.ErrNotFound. Recovery codes go with the last factor.
	RemoveTOTP(ctx context.Context, user provider.ID) error
}

// codes keeps recovery codes.
type codes interface {
	// RecoveryCodes are those of a user, used ones as well.
	RecoveryCodes(ctx context.Context, user provider.ID) ([]StoredCode, error)
	ReplaceRecoveryCodes(ctx context.Context, user provider.ID, codes []StoredCode) error
	// UseRecoveryCode returns provider.ErrNotFound when it was used or replaced meanwhile.
	UseRecoveryCode(ctx context.Context, id provider.ID) error
}

// users keeps the users themselves.
type users interface {
	User(ctx context.Context, id provider.ID) (*account.User, error)
	// Detached runs a transaction for the consequences of a refusal.
	Detached(ctx context.Context, fn func(ctx context.Context) error) error
	// LockUser reads a user and locks the row until the transaction ends.
	LockUser(ctx context.Context, id provider.ID) (*account.User, error)
	// ForgetBrowsers has every browser of the user ask for the second factor again that was remembered, by another
	// generation of the user.
	ForgetBrowsers(ctx context.Context, user provider.ID) error
	// RemoveFactors removes the factors of every kind, also of one that is not offered now, and the recovery codes. It
	// returns the kind of each; none: nothing was changed.
	RemoveFactors(ctx context.Context, user provider.ID) (kinds []string, err error)
	// EndAccess ends everything that applications have of the user, also what outlives a session.
	EndAccess(ctx context.Context, user provider.ID, at time.Time) error
	// EndSessions ends the user's sessions and returns those that were not over.
	EndSessions(ctx context.Context, user provider.ID, at time.Time) ([]provider.ID, error)
	// EndSessionsBy is EndSessions for those in which one of the methods was given, but for one, with everything that
	// applications have by such a method.
	EndSessionsBy(ctx context.Context, user, but provider.ID, methods []string, at time.Time) ([]provider.ID, error)
}
