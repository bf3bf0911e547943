package keys

import (
	"context"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// sealer encrypts private keys at rest, each bound to its key id.
type sealer interface {
	SealFor(context, plaintext []byte) []byte
	OpenFor(context, sealed []byte) ([]byte, error)
	// Stale tells whether a value was sealed with an older key than new values are.
	Stale(sealed []byte) bool
}

// publisher publishes events.
type publisher interface {
	Publish(ctx context.Context, e event.Event)
}

// Manager makes keys, signs and verifies with them. It reads the database only when Refresh or
// Ensure is called, never while it signs.
type Manager struct {
	store    Store
	seal     sealer
	gate     *audit.Gate
	events   publisher
	clock    provider.Clock
	random   io.Reader
	reading  sync.Mutex // otherwise an older read could replace a newer one
	current  atomic.Pointer[set]
	document atomic.Pointer[document]
	// encryption: keys for encryption are published and decrypt.
	encryption atomic.Bool
}

// document is the key set as last published.
type document struct {
	of    *set
	body  []byte
	until time.Time // zero: until the set changes
}

// NewManager makes a Manager without keys; Ensure or Refresh reads them.
func NewManager(store Store, s sealer, gate *audit.Gate, events publisher, clock provider.Clock, random io.Reader) *Manager {
	m := &Manager{store: store, seal: s, gate: gate, events: events, clock: clock, random: random}
	m.current.Store(&set{})
	return m
}

// Refresh reads the keys again, after another process changed them.
func (m *Manager) Refresh(ctx context.Context) error {
	m.reading.Lock()
	defer m.reading.Unlock()
	rows, err := m.store.SigningKeys(ctx)
	if err != nil {
		return fmt.Errorf("keys: read: %w", err)
	}
	withdrawn, err := m.store.WithdrawnSigningKeys(ctx)
	if err != nil {
		return fmt.Errorf("keys: read withdrawn ones: %w", err)
	}
	s, err := newSet(rows, m.seal.OpenFor)
	if err != nil {
		return err
	}
	s.withdrawn = withdrawn
	if s.foreign, err = m.store.ForeignKeys(ctx); err != nil {
		return fmt.Errorf("keys: read imported ones: %w", err)
	}
	m.current.Store(s)
	return nil
}

// first is when the first key of an algorithm begins to sign. It is the same instant on every
// replica, and the store accepts one key for it: of replicas that start at once, one makes the
// key and all sign with it.
func first() time.Time { return time.Unix(0, 0).UTC() }

// First tells whether the key is the first of its algorithm, which was active before anything was
// signed: its ActiveFrom is not a real date.
func (k Key) First() bool { return k.ActiveFrom.Equal(first()) }

// Ensure makes sure that each algorithm has an active key.
func (m *Manager) Ensure(ctx context.Context, actor audit.Actor, algorithms ...Algorithm) error {
	if err := m.Refresh(ctx); err != nil {
		return err
	}
	now := m.clock.Now(ctx)
	missing := slices.DeleteFunc(slices.Clone(algorithms), func(a Algorithm) bool {
		return m.current.Load().active(a, now) != nil
	})
	for _, alg := range missing {
		private, err := generate(alg, m.random)
		if err != nil {
			return fmt.Errorf("keys: generate %s: %w", alg, err)
		}
		if _, err := m.add(ctx, actor, alg, private, first()); err != nil && !errors.Is(err, provider.ErrConflict) {
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return m.Refresh(ctx)
}

// Rotate makes a key, publishes it at once and lets it sign from the given time. The previous key
// is removed Overlap after that.
func (m *Manager) Rotate(ctx context.Context, actor audit.Actor, alg Algorithm, activeFrom time.Time) (Key, error) {
	if !m.offers(alg) {
		return Key{}, fmt.Errorf("%w: %w", ErrNotOffered, provider.ErrConflict)
	}
	private, err := generate(alg, m.random)
	if err != nil {
		return Key{}, fmt.Errorf("keys: generate: %w", err)
	}
	return m.publish(ctx, actor, alg, private, activeFrom)
}

// Import does what Rotate does with an operator's key in PEM. It returns ErrImport, ErrFormer, or
// provider.ErrConflict for a key that was imported before.
func (m *Manager) Import(ctx context.Context, actor audit.Actor, pem []byte, activeFrom time.Time) (Key, error) {
	alg, private, err := parsePEM(pem, nil)
	if err != nil {
		return Key{}, err
	}
	return m.publish(ctx, actor, alg, private, activeFrom)
}

func (m *Manager) publish(ctx context.Context, actor audit.Actor, alg Algorithm, private crypto.Signer, activeFrom time.Time) (Key, error) {
	k, err := m.add(ctx, actor, alg, private, activeFrom)
	if err != nil {
		return Key{}, err
	}
	m.events.Publish(ctx, event.KeyRotated{KID: k.KID, Algorithm: string(alg), ActiveFrom: activeFrom})
	return k, provider.Settled(ctx, m.Refresh)
}

func (m *Manager) add(ctx context.Context, actor audit.Actor, alg Algorithm, private crypto.Signer, activeFrom time.Time) (Key, error) {
	row, err := m.row(ctx, alg, private, activeFrom)
	if err != nil {
		return Key{}, err
	}
	details := map[string]any{"alg": string(alg)}
	if !row.key().First() {
		details["active_from"] = activeFrom
	}
	err = m.gate.Do(ctx, actor, audit.KeyCreate, audit.Target{Type: audit.SigningKey, ID: row.KID}, func(ctx context.Context) (audit.Changes, error) {
		return audit.Details(details), m.store.AddSigningKey(ctx, row)
	})
	switch {
	case errors.Is(err, provider.ErrConflict):
		return Key{}, m.conflict(ctx, row.KID)
	case err != nil:
		return Key{}, fmt.Errorf("keys: add: %w", err)
	}
	return row.key(), nil
}

// conflict tells why a key cannot be added.
func (m *Manager) conflict(ctx context.Context, kid string) error {
	known, err := m.store.KnownSigningKey(ctx, kid)
	switch {
	case err == nil && known.Former():
		return fmt.Errorf("key %s: %w", kid, ErrFormer)
	case err != nil && !errors.Is(err, provider.ErrNotFound):
		return fmt.Errorf("keys: look up %s: %w", kid, err)
	default:
		return fmt.Errorf("key %s %w", kid, provider.ErrConflict)
	}
}

// row makes the stored form of a key.
func (m *Manager) row(ctx context.Context, alg Algorithm, private crypto.Signer, activeFrom time.Time) (Row, error) {
	public, err := publicJWK(alg, private)
	if err != nil {
		return Row{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return Row{}, fmt.Errorf("keys: marshal: %w", err)
	}
	return Row{
		KID: public.KeyID, Algorithm: alg, Sealed: m.seal.SealFor([]byte(public.KeyID), der),
		CreatedAt: m.clock.Now(ctx), ActiveFrom: activeFrom,
	}, nil
}

// Listed is a key with its state at the time of the request.
type Listed struct {
	Key

	State State
}

// List reads all keys, including those that are gone but not yet removed.
func (m *Manager) List(ctx context.Context) ([]Listed, error) {
	if err := m.Refresh(ctx); err != nil {
		return nil, err
	}
	return m.listed(ctx), nil
}

// Known lists the keys in the memory of this process that are in use: none for encryption if that is
// not offered.
func (m *Manager) Known(ctx context.Context) []Listed {
	return slices.DeleteFunc(m.listed(ctx), func(k Listed) bool { return !m.offers(k.Algorithm) })
}

func (m *Manager) listed(ctx context.Context) []Listed {
	s, now := m.current.Load(), m.clock.Now(ctx)
	listed := make([]Listed, len(s.keys))
	for i, k := range s.keys {
		listed[i] = Listed{k.Key, s.state(k.Key, now)}
	}
	return listed
}

// JWKS is the published key set as JSON. The bytes are shared: do not change them.
func (m *Manager) JWKS(ctx context.Context) ([]byte, error) {
	s, now := m.current.Load(), m.clock.Now(ctx)
	if d := m.document.Load(); d != nil && d.of == s && (d.until.IsZero() || now.Before(d.until)) {
		return d.body, nil
	}
	body, until, err := s.document(now, m.encryption.Load())
	if err != nil {
		return nil, err
	}
	m.document.Store(&document{of: s, body: body, until: until})
	return body, nil
}
