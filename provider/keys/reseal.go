package keys

import (
	"context"
	"fmt"
)

// Reseal seals private keys again that are sealed with an older data key, so that a leaked old
// data key does not open rows stored from now on. It returns their number.
func (m *Manager) Reseal(ctx context.Context) (int, error) {
	rows, err := m.store.SigningKeys(ctx)
	if err != nil {
		return 0, fmt.Errorf("keys: read: %w", err)
	}
	n := 0
	for _, row := range rows {
		if !m.seal.Stale(row.Sealed) {
			continue
		}
		der, err := m.seal.OpenFor([]byte(row.KID), row.Sealed)
		if err != nil {
			return n, fmt.Errorf("keys: open %s: %w", row.KID, err)
		}
		if err := m.store.ResealSigningKey(ctx, row.KID, row.Sealed, m.seal.SealFor([]byte(row.KID), der)); err != nil {
			return n, fmt.Errorf("keys: seal %s again: %w", row.KID, err)
		}
		n++
	}
	return n, nil
}
