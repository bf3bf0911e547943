package grant

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// importedKind takes the place of the kind in the hash of an imported refresh token, so that it cannot
// be presented as a token of this server.
const importedKind = "imported rt"

// ImportedSecret is a stored key of another server.
type ImportedSecret struct {
	ID     provider.ID
	Sealed []byte
}

// importedStore stores what was imported.
type importedStore interface {
	ImportedSecrets(ctx context.Context) ([]ImportedSecret, error)
	// ResealImportedSecret replaces the sealed value if it still is what the caller read.
	ResealImportedSecret(ctx context.Context, id provider.ID, before, after []byte) error
	// ImportedRefreshToken returns the id of the token with a digest, or provider.ErrNotFound.
	ImportedRefreshToken(ctx context.Context, digest []byte) (provider.ID, error)
}

// secretSealer encrypts secrets at rest, each bound to its id.
type secretSealer interface {
	SealFor(context, plaintext []byte) []byte
	OpenFor(context, sealed []byte) ([]byte, error)
	Stale(sealed []byte) bool
}

// ImportedTokens recognizes refresh tokens that another server issued and that were imported. Each is
// accepted as if this server had issued it, and exchanged for one of its own.
type ImportedTokens struct {
	store   importedStore
	seal    secretSealer
	reading sync.Mutex // otherwise an older read could replace a newer one
	keys    atomic.Pointer[[][]byte]
}

// NewImportedTokens makes ImportedTokens that recognize nothing until Refresh.
func NewImportedTokens(store importedStore, seal secretSealer) *ImportedTokens {
	t := &ImportedTokens{store: store, seal: seal}
	t.keys.Store(&[][]byte{})
	return t
}

// Refresh reads the keys again, after another process imported some.
func (t *ImportedTokens) Refresh(ctx context.Context) error {
	t.reading.Lock()
	defer t.reading.Unlock()
	rows, err := t.store.ImportedSecrets(ctx)
	if err != nil {
		return fmt.Errorf("grant: read imported secrets: %w", err)
	}
	keys := make([][]byte, len(rows))
	for i, row := range rows {
		if keys[i], err = t.seal.OpenFor(row.ID[:], row.Sealed); err != nil {
			return fmt.Errorf("grant: open the imported secret %s: %w", row.ID, err)
		}
	}
	t.keys.Store(&keys)
	return nil
}

// Reseal seals keys again that are sealed with an older data key. It returns their number.
func (t *ImportedTokens) Reseal(ctx context.Context) (int, error) {
	rows, err := t.store.ImportedSecrets(ctx)
	if err != nil {
		return 0, fmt.Errorf("grant: read imported secrets: %w", err)
	}
	n := 0
	for _, row := range rows {
		if !t.seal.Stale(row.Sealed) {
			continue
		}
		key, err := t.seal.OpenFor(row.ID[:], row.Sealed)
		if err != nil {
			return n, fmt.Errorf("grant: open the imported secret %s: %w", row.ID, err)
		}
		if err := t.store.ResealImportedSecret(ctx, row.ID, row.Sealed, t.seal.SealFor(row.ID[:], key)); err != nil {
			return n, fmt.Errorf("grant: seal the imported secret %s again: %w", row.ID, err)
		}
		n++
	}
	return n, nil
}

// presented is a refresh token as a client presents it.
type presented struct {
	id   provider.ID
	text string
	// digest is that of an imported token; nil for one of this server.
	digest []byte
}

// matches proves the token against the stored hash of the row that it names.
func (p presented) matches(key macKey, hash []byte) bool {
	if p.digest != nil {
		return key.VerifyMAC(hash, []byte(importedKind), p.digest)
	}
	return matches(key, hash, token.Refresh, p.text)
}

// imported finds an imported token, or returns provider.ErrNotFound. For what another server did not
// sign it takes no statement: anyone can present arbitrary text.
func (t *ImportedTokens) imported(ctx context.Context, text string) (presented, error) {
	canonical, digest, ok := t.recognize(text)
	if !ok {
		return presented{}, provider.ErrNotFound
	}
	id, err := t.store.ImportedRefreshToken(ctx, digest)
	return presented{id, canonical, digest}, err
}

func (t *ImportedTokens) recognize(text string) (canonical string, digest []byte, ok bool) {
	return hydraToken(*t.keys.Load(), text)
}

// refresh finds a refresh token of either origin, or returns provider.ErrNotFound.
func (t *ImportedTokens) refresh(ctx context.Context, text string) (presented, error) {
	own, err := token.Parse(text)
	switch {
	case err != nil:
		return t.imported(ctx, text)
	case own.Kind != token.Refresh:
		return presented{}, provider.ErrNotFound
	default:
		return presented{id: own.ID, text: text}, nil
	}
}
