package keys

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// ErrForeign: a key of another server cannot be published.
var ErrForeign = errors.New("is not an asymmetric JWK (RFC 7517) for signatures with an alg and a kid of at most 255 printable ASCII characters")

// ErrPresent: the key is published already.
var ErrPresent = errors.New("is there already")

// Foreign is the public part of a key by which another server signed tokens that are still in use. It
// verifies, and never signs: this server does not have the private part.
type Foreign struct {
	KID string
	// JWK is the public key as JSON.
	JWK json.RawMessage
	// SignedUntil is when the last token is known to expire that it signed; zero: not known.
	SignedUntil time.Time
}

// ForeignRow is a stored Foreign.
type ForeignRow struct {
	KID       string
	JWK       string
	CreatedAt time.Time
	GoneAt    time.Time
}

const maxForeignKID = 255

// ParseForeign reads a JWK, and leaves its private part out.
func ParseForeign(text []byte) (Foreign, error) {
	var jwk jose.JSONWebKey
	if provider.TooDeep(text) || jwk.UnmarshalJSON(text) != nil {
		return Foreign{}, ErrForeign
	}
	public := jwk.Public()
	algorithms := []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
	if !slices.Contains(algorithms, jwk.Algorithm) || (jwk.Use != "" && jwk.Use != "sig") || jwk.KeyID == "" || len(jwk.KeyID) > maxForeignKID ||
		strings.ContainsFunc(jwk.KeyID, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Foreign{}, ErrForeign
	}
	switch public.Key.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
	default: // a symmetric key has no public part
		return Foreign{}, ErrForeign
	}
	shown, err := json.Marshal(jose.JSONWebKey{Key: public.Key, KeyID: jwk.KeyID, Algorithm: jwk.Algorithm, Use: "sig"})
	if err != nil {
		return Foreign{}, ErrForeign
	}
	return Foreign{KID: jwk.KeyID, JWK: shown}, nil
}

// maxForeign is how long a key of another server is published at most: whoever has its private part,
// such as in a backup of that server, can sign in the name of this one.
const maxForeign = 400 * 24 * time.Hour

// foreignStore stores keys of other servers. Adding one raises the catalogue version.
type foreignStore interface {
	ForeignKeys(ctx context.Context) ([]ForeignRow, error)
	AddForeignKeys(ctx context.Context, rows []ForeignRow) error
}

// Publishes tells whether a key of another server is published.
func (m *Manager) Publishes(kid string) bool {
	return slices.ContainsFunc(m.current.Load().foreign, func(k ForeignRow) bool { return k.KID == kid })
}

// withdrawForeign ends the publication of a key of another server, whose private part leaked there.
func (m *Manager) withdrawForeign(ctx context.Context, actor audit.Actor, kid string) error {
	err := m.gate.Do(ctx, actor, audit.KeyWithdraw, audit.Target{Type: audit.SigningKey, ID: kid}, func(ctx context.Context) (audit.Changes, error) {
		return audit.Details(map[string]any{"imported": true}), m.store.RemoveForeignKey(ctx, kid)
	})
	if err != nil {
		return fmt.Errorf("keys: withdraw %s: %w", kid, err)
	}
	return m.Refresh(ctx)
}

// Import publishes keys of another server.
type Import struct {
	store  foreignStore
	gate   *audit.Gate
	clock  provider.Clock
	actor  audit.Actor
	dryRun bool
}

// NewImport begins an import. A dry run writes nothing.
func NewImport(store foreignStore, gate *audit.Gate, clock provider.Clock, actor audit.Actor, dryRun bool) *Import {
	return &Import{store, gate, clock, actor, dryRun}
}

// Add publishes keys in one administrative act, until the last token is known to expire that they
// signed, and at least as long as keys of this server. It returns, for each, nil or ErrPresent.
func (i *Import) Add(ctx context.Context, keys []Foreign, details map[string]any) (results []error, err error) {
	rows, err := i.store.ForeignKeys(ctx)
	if err != nil {
		return nil, fmt.Errorf("keys: read: %w", err)
	}
	known := map[string]bool{}
	for _, r := range rows {
		known[r.KID] = true
	}
	now := i.clock.Now(ctx)
	results = make([]error, len(keys))
	var fresh []ForeignRow
	values := map[string]any{}
	var kids []string
	for n, k := range keys {
		if known[k.KID] {
			results[n] = ErrPresent
			continue
		}
		known[k.KID] = true
		gone := now.Add(Overlap)
		if k.SignedUntil.After(gone) {
			gone = k.SignedUntil
		}
		if last := now.Add(maxForeign); gone.After(last) {
			gone = last
		}
		fresh, kids = append(fresh, ForeignRow{k.KID, string(k.JWK), now, gone}), append(kids, k.KID)
	}
	if len(fresh) == 0 || i.dryRun {
		return results, nil
	}
	for name, value := range details {
		values[name] = value
	}
	values["imported"], values["ids"] = len(kids), kids
	err = i.gate.Do(ctx, i.actor, audit.KeyImport, audit.Target{Type: audit.SigningKey}, func(ctx context.Context) (audit.Changes, error) {
		return audit.Details(values), i.store.AddForeignKeys(ctx, fresh)
	})
	if err != nil {
		return nil, fmt.Errorf("import keys: %w", err)
	}
	return results, nil
}
