package keys

import (
	"context"
	"errors"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Provide imports the key that the operator configured, at every start, unless it was imported
// before. The first key of its algorithm signs at once; a later one is published Ahead.
// Passphrase decrypts an encrypted key. It returns ErrImport, and ErrFormer for a key that was
// rotated out or withdrawn: the file of a leaked key must not reactivate it at the next start.
func (m *Manager) Provide(ctx context.Context, actor audit.Actor, pem, passphrase []byte) error {
	alg, private, err := parsePEM(pem, passphrase)
	if err != nil {
		return err
	}
	public, err := publicJWK(alg, private)
	if err != nil {
		return err
	}
	if err := m.Refresh(ctx); err != nil {
		return err
	}
	s, now := m.current.Load(), m.clock.Now(ctx)
	if s.byKID[public.KeyID] != nil {
		return nil
	}
	from := now.Add(Ahead)
	if s.active(alg, now) == nil {
		from = first()
	}
	if _, err := m.publish(ctx, actor, alg, private, from); err != nil && !errors.Is(err, provider.ErrConflict) {
		return err
	}
	return nil
}
