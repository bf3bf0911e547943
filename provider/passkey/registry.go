package passkey

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// Store keeps passkeys. Each change of the passkeys of a user is in step with the user's Factors and Generation.
type Store interface {
	// Passkeys are those of a user, the oldest first.
	Passkeys(ctx context.Context, userID provider.ID) ([]*Passkey, error)
	// PasskeyWithUser reads a passkey and its user, by the credential id; provider.ErrNotFound: there is none.
	PasskeyWithUser(ctx context.Context, credentialID []byte) (*Passkey, *account.User, error)
	// LockUser reads a user and locks the row until the transaction ends; provider.ErrNotFound: there is none.
	LockUser(ctx context.Context, id provider.ID) (*account.User, error)
	// AddPasskey stores a passkey. The user is locked. provider.ErrConflict: it is registered.
	AddPasskey(ctx context.Context, p *Passkey) error
	// UsePasskey notes a use with its counter, which must be higher than before, or zero like before, but for a passkey
	// that was and is backup eligible; provider.ErrNotFound: it is not, or the passkey is gone.
	UsePasskey(ctx context.Context, id provider.ID, u Use) error
	// RenamePasskey and RemovePasskey return provider.ErrNotFound when the user has no such passkey.
	RenamePasskey(ctx context.Context, userID, id provider.ID, name string) error
	RemovePasskey(ctx context.Context, userID, id provider.ID) error
	// EndSessionsBy ends the sessions of a user in which one of the methods was given, but for one, and returns those
	// that were not over.
	EndSessionsBy(ctx context.Context, userID, but provider.ID, methods []string, at time.Time) ([]provider.ID, error)
	// UseChallenge returns provider.ErrConflict for a challenge, by its hash, that was used before.
	UseChallenge(ctx context.Context, hash [sha256.Size]byte, until time.Time) error
	// InTx and Detached run a transaction; the latter for the consequences of a refusal.
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	Detached(ctx context.Context, fn func(ctx context.Context) error) error
}

// Use is a use of a passkey.
type Use struct {
	SignCount                          uint32
	BackupEligible, BackedUp, Verified bool
	At                                 time.Time
}

// gate records changes.
type gate interface {
	Do(ctx context.Context, actor audit.Actor, action audit.Action, target audit.Target, act func(ctx context.Context) (audit.Changes, error)) error
	Record(ctx context.Context, actor audit.Actor, action audit.Action, target audit.Target, act func(ctx context.Context) (audit.Changes, error)) error
}

// publisher publishes events.
type publisher interface {
	Publish(ctx context.Context, e event.Event)
}

// notices tells users what happened to their accounts, in the transaction of that.
type notices interface {
	Tell(ctx context.Context, u *account.User, m notify.Message) error
	// TellUndoable is Tell with a link that takes the account back to before the change. The user is locked.
	TellUndoable(ctx context.Context, u *account.User, m notify.Message) error
}

// newFactors does what follows from a new factor, in the transaction that has stored it: see factor.Registry.Added.
type newFactors interface {
	Added(ctx context.Context, before *account.User, acting provider.ID) (recoveryCodes []string, err error)
}

// Config is what an operator decides.
type Config struct {
	// Issuer is the public address. Its host is the relying party, to which passkeys belong: with another one
	// they are all lost. Without it, as commands need none, no ceremony can begin.
	Issuer string
	// DisplayName is what browsers may call the relying party.
	DisplayName string
	// Origins are those of further sites whose pages may use the passkeys (Related Origin Requests).
	Origins []string
	// Attestation demands that makers attest new passkeys, of Models (AAGUIDs), by certificates that Makers have
	// signed. Without it nothing is asked about authenticators.
	Attestation bool
	Models      [][16]byte
	Makers      *x509.CertPool
}

// Registry is the passkeys of all users.
type Registry struct {
	Config

	store   Store
	gate    gate
	notices notices
	factors newFactors
	events  publisher
	clock   provider.Clock
	random  io.Reader

	relyingParty string
	origins      map[string]bool
}

// New makes a Registry.
func New(c Config, store Store, g gate, n notices, factors newFactors, events publisher, clock provider.Clock, random io.Reader) (*Registry, error) {
	issuer, err := url.Parse(c.Issuer)
	if err != nil {
		return nil, fmt.Errorf("passkey: issuer: %w", err)
	}
	if c.Attestation && (len(c.Models) == 0 || c.Makers == nil) {
		// Anybody can make a certificate that names any model.
		return nil, errors.New("passkey: attestation needs models, and certificates of their makers")
	}
	r := &Registry{
		Config: c, store: store, gate: g, notices: n, factors: factors, events: events, clock: clock, random: random,
		relyingParty: issuer.Hostname(), origins: map[string]bool{issuer.Scheme + "://" + issuer.Host: true},
	}
	for _, o := range c.Origins {
		r.origins[o] = true
	}
	return r, nil
}

// Of lists the passkeys of a user, the oldest first.
func (r *Registry) Of(ctx context.Context, userID provider.ID) ([]*Passkey, error) {
	return r.store.Passkeys(ctx, userID)
}
