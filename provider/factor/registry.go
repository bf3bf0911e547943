package factor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// gate is what acts pass.
type gate interface {
	Do(ctx context.Context, actor audit.Actor, action audit.Action, target audit.Target, act func(ctx context.Context) (audit.Changes, error)) error
	Record(ctx context.Context, actor audit.Actor, action audit.Action, target audit.Target, act func(ctx context.Context) (audit.Changes, error)) error
}

// sealer encrypts for one context.
type sealer interface {
	SealFor(context, plaintext []byte) []byte
	OpenFor(context, sealed []byte) ([]byte, error)
}

// notices tell users what happened to their accounts.
type notices interface {
	Tell(ctx context.Context, u *account.User, m notify.Message) error
	// TellUndoable is Tell with a link that takes the account back to before the change. The user is locked.
	TellUndoable(ctx context.Context, u *account.User, m notify.Message) error
}

// publisher publishes events.
type publisher interface {
	Publish(ctx context.Context, e event.Event)
}

// Registry sets up, checks and removes factors.
type Registry struct {
	store    Store
	gate     gate
	seal     sealer
	notices  notices
	events   publisher
	throttle account.Throttle
	byMail   *ByMail // nil: no codes are sent by mail
	name     string
	clock    provider.Clock
	random   io.Reader
}

// NewRegistry makes a Registry that checks no code before Limit was called. Apps show the name of the server beside
// the codes; commands, which propose none, need no name.
func NewRegistry(store Store, g gate, seal sealer, n notices, events publisher, name string, clock provider.Clock, random io.Reader) *Registry {
	return &Registry{store: store, gate: g, seal: seal, notices: n, events: events, throttle: closed{}, name: name, clock: clock, random: random}
}

// Limit sets what counts attempts at codes. It comes before requests are served; commands check no codes.
func (r *Registry) Limit(t account.Throttle) { r.throttle = t }

// closed refuses all attempts: six digits without a limit protect nothing.
type closed struct{}

var errNoLimit = errors.New("factor: nothing limits attempts at codes, so none is checked")

// Take is part of account.Throttle.
func (closed) Take(context.Context, account.Try) error { return errNoLimit }

// Return is part of account.Throttle.
func (closed) Return(context.Context, account.Try) {}

// Factors are those of a user that are codes.
type Factors struct {
	// TOTP is nil where the user has no authenticator app.
	TOTP *App
	// Mail is nil where the user gets no codes by mail, and where the operator does not offer that.
	Mail *App
	// RecoveryCodes is how many of them are not used yet, and RecoveryCodesMade when they were made; zero:
	// there are none, used or not.
	RecoveryCodes     int
	RecoveryCodesMade time.Time
}

// App is an authenticator app, or another thing that codes are typed from.
type App struct {
	CreatedAt time.Time
	// UsedAt is when a code of it was last accepted; nil: none was since the set-up.
	UsedAt *time.Time
}

// Of returns the factors of a user, whom it does not look up: one who does not exist has none.
func (r *Registry) Of(ctx context.Context, user provider.ID) (Factors, error) {
	var f Factors
	app, err := r.store.TOTP(ctx, user)
	switch {
	case err == nil:
		f.TOTP = &App{app.CreatedAt, app.UsedAt}
	case !errors.Is(err, provider.ErrNotFound):
		return f, fmt.Errorf("factor: read an authenticator app: %w", err)
	}
	if f.Mail, err = r.store.MailFactor(ctx, user); err != nil && !errors.Is(err, provider.ErrNotFound) {
		return f, fmt.Errorf("factor: read the factor by mail: %w", err)
	}
	stored, err := r.store.RecoveryCodes(ctx, user)
	if err != nil {
		return f, fmt.Errorf("factor: read recovery codes: %w", err)
	}
	if f.RecoveryCodes = unused(stored); len(stored) > 0 {
		f.RecoveryCodesMade = stored[0].CreatedAt
	}
	return f, nil
}
