package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

// AuditKeys are all keys that sign checkpoints, in order.
func (s *Store) AuditKeys(ctx context.Context) ([]chain.KeyRow, error) {
	var rows []struct {
		Number    int
		KeyID     string
		Sealed    []byte
		CreatedAt time.Time
	}
	if err := s.on(ctx).Raw("SELECT * FROM audit_keys ORDER BY number").Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	list := make([]chain.KeyRow, len(rows))
	for i, r := range rows {
		list[i] = chain.KeyRow{Number: r.Number, KeyID: r.KeyID, Sealed: r.Sealed, CreatedAt: r.CreatedAt.UTC()}
	}
	return list, nil
}

// AddAuditKey returns provider.ErrConflict when there is a key with the number.
func (s *Store) AddAuditKey(ctx context.Context, k chain.KeyRow) error {
	return s.exec(ctx, "INSERT INTO audit_keys (number, key_id, sealed, created_at) VALUES (?, ?, ?, ?)", k.Number, k.KeyID, k.Sealed, k.CreatedAt)
}

// ResealAuditKey replaces the sealed key if it is still the given one.
func (s *Store) ResealAuditKey(ctx context.Context, keyID string, before, after []byte) error {
	return s.exec(ctx, "UPDATE audit_keys SET sealed = ? WHERE key_id = ? AND sealed = ?", after, keyID, before)
}
