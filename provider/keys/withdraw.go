package keys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// Known is a current or former key.
type Known struct {
	KID       string
	Algorithm Algorithm
	// RemovedAt is when its private part was deleted, WithdrawnAt when it was withdrawn.
	RemovedAt, WithdrawnAt *time.Time
}

// Former tells whether the key was removed or withdrawn.
func (k Known) Former() bool { return k.RemovedAt != nil || k.WithdrawnAt != nil }

// Withdrawal withdraws a key and names the replacement if it was the active one: a new key, or a
// published pending one that signs from then on.
type Withdrawal struct {
	KID       string
	At        time.Time
	Successor *Row
	Promoted  string
}

// Affected is a client that depends on a key.
type Affected struct {
	ClientID string
	// IDTokens: the client's ID tokens are signed with the key's algorithm.
	IDTokens bool
	// AccessTokens is the number of its valid JWT access tokens.
	AccessTokens int64
}

// Find returns a current key, or provider.ErrNotFound.
func (m *Manager) Find(ctx context.Context, kid string) (Listed, error) {
	if err := m.Refresh(ctx); err != nil {
		return Listed{}, err
	}
	s := m.current.Load()
	k := s.byKID[kid]
	if k == nil {
		return Listed{}, fmt.Errorf("key %q %w", kid, provider.ErrNotFound)
	}
	return Listed{k.Key, s.state(k.Key, m.clock.Now(ctx))}, nil
}

// Withdraw withdraws a key at once: it is no longer published, verifies nothing, and cannot be
// imported again. If it was the active one, the next key of its algorithm signs from now on, and
// its id is returned: the pending one, which caches of the key set may have, or a new one, which
// they do not have. Signatures by a key that clients do not have yet are the lesser evil: as long
// as the old key is published, a thief can sign in the provider's name.
func (m *Manager) Withdraw(ctx context.Context, actor audit.Actor, kid string) (successor string, err error) {
	const tries = 5 // others may withdraw keys at the same time
	for range tries {
		if successor, err = m.tryWithdraw(ctx, actor, kid); !errors.Is(err, provider.ErrConflict) {
			return successor, err
		}
	}
	return "", err
}

func (m *Manager) tryWithdraw(ctx context.Context, actor audit.Actor, kid string) (successor string, err error) {
	k, err := m.Find(ctx, kid)
	if errors.Is(err, provider.ErrNotFound) && m.Publishes(kid) {
		return "", m.withdrawForeign(ctx, actor, kid)
	}
	if err != nil {
		return "", err
	}
	w := Withdrawal{KID: kid, At: m.clock.Now(ctx)}
	if k.State == Active && m.offers(k.Algorithm) {
		if successor, err = m.replace(ctx, k.Algorithm, &w); err != nil {
			return "", err
		}
	}
	err = m.gate.Do(ctx, actor, audit.KeyWithdraw, audit.Target{Type: audit.SigningKey, ID: kid}, func(ctx context.Context) (audit.Changes, error) {
		details := audit.Details(map[string]any{"alg": string(k.Algorithm), "successor": successor})
		if err := m.store.WithdrawSigningKey(ctx, w); err != nil || w.Successor == nil {
			return details, err
		}
		return details, m.gate.Do(ctx, actor, audit.KeyCreate, audit.Target{Type: audit.SigningKey, ID: successor}, func(context.Context) (audit.Changes, error) {
			return audit.Details(map[string]any{"alg": string(k.Algorithm)}), nil
		})
	})
	if err != nil {
		return "", fmt.Errorf("keys: withdraw %s: %w", kid, err)
	}
	m.events.Publish(ctx, event.KeyWithdrawn{KID: kid, Algorithm: string(k.Algorithm), Successor: successor})
	return successor, m.Refresh(ctx)
}

func (m *Manager) replace(ctx context.Context, alg Algorithm, w *Withdrawal) (successor string, err error) {
	for _, k := range m.current.Load().keys { // the next to sign comes first
		if k.Algorithm == alg && w.At.Before(k.ActiveFrom) {
			w.Promoted = k.KID
			return k.KID, nil
		}
	}
	private, err := generate(alg, m.random)
	if err != nil {
		return "", fmt.Errorf("keys: generate: %w", err)
	}
	row, err := m.row(ctx, alg, private, w.At)
	if err != nil {
		return "", err
	}
	w.Successor = &row
	return row.KID, nil
}

// SignedByWithdrawn tells whether a JWT names a withdrawn key as its signer. The caller must have
// verified by other means that this provider issued it.
func (m *Manager) SignedByWithdrawn(jwt string) bool {
	withdrawn := m.current.Load().withdrawn
	if len(withdrawn) == 0 {
		return false
	}
	header, ok := provider.ReadJOSEHeader(jwt)
	return ok && slices.Contains(withdrawn, header.KeyID)
}
