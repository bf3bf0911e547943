package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/factor"
)

type recoveryCodeRow struct {
	ID        rowID
	Hash      []byte
	CreatedAt time.Time
	UsedAt    *time.Time
}

// RecoveryCodes is part of factor.Store.
func (s *Store) RecoveryCodes(ctx context.Context, user provider.ID) ([]factor.StoredCode, error) {
	var rows []recoveryCodeRow
	err := s.on(ctx).Raw("SELECT id, hash, created_at, used_at FROM recovery_codes WHERE user_id = ? ORDER BY id", rowID(user)).Scan(&rows).Error
	if err != nil {
		return nil, s.fault(err)
	}
	codes := make([]factor.StoredCode, len(rows))
	for i, r := range rows {
		codes[i] = factor.StoredCode{ID: provider.ID(r.ID), Sealed: r.Hash, CreatedAt: r.CreatedAt.UTC(), UsedAt: utc(r.UsedAt)}
	}
	return codes, nil
}

// ReplaceRecoveryCodes is part of factor.Store. It locks the user first, so that of two replacements at once
// the codes of one remain.
func (s *Store) ReplaceRecoveryCodes(ctx context.Context, user provider.ID, codes []factor.StoredCode) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockRow(ctx, user); err != nil {
			return err
		}
		if err := s.exec(ctx, "DELETE FROM recovery_codes WHERE user_id = ?", rowID(user)); err != nil {
			return err
		}
		for _, c := range codes {
			err := s.exec(ctx, "INSERT INTO recovery_codes (id, user_id, hash, key_id, created_at) VALUES (?, ?, ?, ?, ?)",
				rowID(c.ID), rowID(user), c.Sealed, sealedBy(c.Sealed), c.CreatedAt)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// UseRecoveryCode is part of factor.Store.
func (s *Store) UseRecoveryCode(ctx context.Context, id provider.ID) error {
	return s.change(ctx, "UPDATE recovery_codes SET used_at = ?, hash = ? WHERE id = ? AND used_at IS NULL", s.clock.Now(ctx), []byte{}, rowID(id))
}

// RecoveryCodesSealedBefore lists the hashes of unused codes that a data key with a lower id has sealed.
func (s *Store) RecoveryCodesSealedBefore(ctx context.Context, keyID byte, limit int) ([]factor.Sealed, error) {
	return s.sealedBefore(ctx, "SELECT id, hash AS value FROM recovery_codes WHERE key_id < ? AND used_at IS NULL LIMIT ?", keyID, limit)
}

// ResealRecoveryCode replaces the sealed hash if it is still the given one.
func (s *Store) ResealRecoveryCode(ctx context.Context, id provider.ID, before, after []byte) error {
	return s.exec(ctx, "UPDATE recovery_codes SET hash = ?, key_id = ? WHERE id = ? AND hash = ?", after, sealedBy(after), rowID(id), before)
}
