package chain

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/provider"
)

// KeyRow is a stored key: the seed of its private half, sealed.
type KeyRow struct {
	// Number is its place in the order of keys, from 1. The last one signs.
	Number    int
	KeyID     string // RFC 7638 thumbprint of the public half
	Sealed    []byte
	CreatedAt time.Time
}

// keyStore stores the keys.
type keyStore interface {
	// AuditKeys are all keys in order.
	AuditKeys(ctx context.Context) ([]KeyRow, error)
	// AddAuditKey returns provider.ErrConflict when there is a key with the number.
	AddAuditKey(ctx context.Context, row KeyRow) error
	// ResealAuditKey replaces the sealed seed if it is still the given one.
	ResealAuditKey(ctx context.Context, keyID string, before, after []byte) error
}

// sealer encrypts private keys at rest, each bound to its key id.
type sealer interface {
	SealFor(context, plaintext []byte) []byte
	OpenFor(context, sealed []byte) ([]byte, error)
	Stale(sealed []byte) bool
}

// Keys sign checkpoints and verify them.
type Keys struct {
	store  keyStore
	seal   sealer
	clock  provider.Clock
	random io.Reader
}

// NewKeys makes Keys. No key is made before a checkpoint is signed.
func NewKeys(store keyStore, s sealer, clock provider.Clock, random io.Reader) *Keys {
	return &Keys{store, s, clock, random}
}

// open opens a stored key. The public half follows from the private one and is not stored: an
// attacker who can write to the database cannot bring a key pair of their own.
func (m *Keys) open(row KeyRow) (*key, error) {
	seed, err := m.seal.OpenFor([]byte(row.KeyID), row.Sealed)
	if err == nil && len(seed) == ed25519.SeedSize {
		k, err := newKey(seed)
		if err != nil {
			return nil, err
		}
		if k.id == row.KeyID {
			k.made = row.CreatedAt
			return k, nil
		}
	}
	return nil, &Fault{Kind: Replaced, KeyID: row.KeyID}
}

// all opens every key, in order.
func (m *Keys) all(ctx context.Context) ([]*key, error) {
	rows, err := m.store.AuditKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("chain: read keys: %w", err)
	}
	list := make([]*key, len(rows))
	for i, row := range rows {
		if list[i], err = m.open(row); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// signer is the key that signs. The first one is made here; of servers that make it at once one
// stores it, and all sign with that.
func (m *Keys) signer(ctx context.Context) (*key, error) {
	list, err := m.all(ctx)
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		return list[len(list)-1], nil
	}
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(m.random, seed); err != nil {
		return nil, fmt.Errorf("chain: no randomness: %w", err)
	}
	k, err := newKey(seed)
	if err != nil {
		return nil, err
	}
	row := KeyRow{Number: 1, KeyID: k.id, Sealed: m.seal.SealFor([]byte(k.id), seed), CreatedAt: m.clock.Now(ctx)}
	err = m.store.AddAuditKey(ctx, row)
	if errors.Is(err, provider.ErrConflict) {
		if list, err = m.all(ctx); err == nil && len(list) > 0 {
			return list[len(list)-1], nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("chain: add a key: %w", err)
	}
	return k, nil
}

// PublicKeys is the JWK set (RFC 7517 section 5) of the public halves, as JSON.
func (m *Keys) PublicKeys(ctx context.Context) ([]byte, error) {
	list, err := m.all(ctx)
	if err != nil {
		return nil, err
	}
	set := jose.JSONWebKeySet{Keys: make([]jose.JSONWebKey, len(list))}
	for i, k := range list {
		set.Keys[i] = jose.JSONWebKey{Key: k.public(), KeyID: k.id, Algorithm: string(jose.EdDSA), Use: "sig"}
	}
	return json.Marshal(set)
}

// Reseal seals again the keys that are sealed with an older data key. It returns their number.
func (m *Keys) Reseal(ctx context.Context) (int, error) {
	rows, err := m.store.AuditKeys(ctx)
	if err != nil {
		return 0, fmt.Errorf("chain: read keys: %w", err)
	}
	n := 0
	for _, row := range rows {
		if !m.seal.Stale(row.Sealed) {
			continue
		}
		k, err := m.open(row)
		if err != nil {
			return n, err
		}
		if err := m.store.ResealAuditKey(ctx, row.KeyID, row.Sealed, m.seal.SealFor([]byte(row.KeyID), k.private.Seed())); err != nil {
			return n, fmt.Errorf("chain: seal key %s again: %w", row.KeyID, err)
		}
		n++
	}
	return n, nil
}
