package breach

import (
	"context"
	"crypto/sha1" //nolint:gosec // what the lists have
	"errors"

	"github.com/gatehouse-id/gatehouse/provider/event"
)

// hash is the SHA-1 of a password.
type hash = [sha1.Size]byte

// ErrList: a list has another form than expected, or cannot be read.
var ErrList = errors.New("list of breached passwords")

// list has the hashes of breached passwords.
type list interface {
	has(ctx context.Context, h hash) (bool, error)
}

// publisher publishes events.
type publisher interface {
	Publish(ctx context.Context, e event.Event)
}

// Passwords knows breached passwords; a nil one knows none.
type Passwords struct {
	list   list
	events publisher
}

// NewPasswords makes Passwords of a *File or a *Range.
func NewPasswords(l list, events publisher) *Passwords { return &Passwords{l, events} }

// Breached tells whether a password is on the list, and false when that cannot be found out. It may take
// as long as a request to the service, so it is no work for a transaction.
func (p *Passwords) Breached(ctx context.Context, password string) bool {
	if p == nil {
		return false
	}
	found, err := p.list.has(ctx, sha1.Sum([]byte(password))) //nolint:gosec // not for protection
	outcome := event.NotBreached
	switch {
	case ctx.Err() != nil: // the caller hung up
		return false
	case err != nil:
		outcome = event.BreachUnknown
	case found:
		outcome = event.Breached
	}
	p.events.Publish(ctx, event.PasswordLookedUp{Outcome: outcome, Fault: err})
	return found && err == nil
}

// Close closes the file, if there is one.
func (p *Passwords) Close() error {
	if p == nil {
		return nil
	}
	if file, ok := p.list.(*File); ok {
		return file.Close()
	}
	return nil
}
