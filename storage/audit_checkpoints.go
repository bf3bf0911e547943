package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit/chain"
)

type checkpointRow struct {
	Sequence  int64
	Hash      []byte
	SignedAt  time.Time
	Beginning bool
	KeyID     string
	Signature []byte
}

func (r *checkpointRow) checkpoint() chain.Checkpoint {
	return chain.Checkpoint{Sequence: r.Sequence, Hash: r.Hash, At: r.SignedAt.UTC(), Beginning: r.Beginning, KeyID: r.KeyID, Signature: r.Signature}
}

// AddCheckpoint returns provider.ErrConflict when there is one at the number.
func (s *Store) AddCheckpoint(ctx context.Context, c chain.Checkpoint) error {
	return s.exec(ctx, "INSERT INTO audit_checkpoints (sequence, hash, signed_at, beginning, key_id, signature) VALUES (?, ?, ?, ?, ?, ?)",
		c.Sequence, c.Hash, c.At, c.Beginning, c.KeyID, c.Signature)
}

// Checkpoints are those with numbers after one and through another, in order.
func (s *Store) Checkpoints(ctx context.Context, after, through int64, limit int) ([]chain.Checkpoint, error) {
	var rows []checkpointRow
	err := s.on(ctx).Raw("SELECT * FROM audit_checkpoints WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?", after, through, limit).Scan(&rows).Error
	if err != nil {
		return nil, s.fault(err)
	}
	list := make([]chain.Checkpoint, len(rows))
	for i := range rows {
		list[i] = rows[i].checkpoint()
	}
	return list, nil
}

// Beginning is the last checkpoint that is marked as one, or provider.ErrNotFound.
func (s *Store) Beginning(ctx context.Context) (chain.Checkpoint, error) {
	var rows []checkpointRow
	err := s.on(ctx).Raw("SELECT * FROM audit_checkpoints WHERE beginning ORDER BY sequence DESC LIMIT 1").Scan(&rows).Error
	if err != nil {
		return chain.Checkpoint{}, s.fault(err)
	}
	if len(rows) == 0 {
		return chain.Checkpoint{}, provider.ErrNotFound
	}
	return rows[0].checkpoint(), nil
}

// Begin makes a checkpoint the beginning of the chain, and removes the records up to it and the
// checkpoints before it. It returns the number of records.
func (s *Store) Begin(ctx context.Context, c chain.Checkpoint) (int64, error) {
	var removed int64
	err := s.InTx(ctx, func(ctx context.Context) error {
		err := s.change(ctx, "UPDATE audit_checkpoints SET beginning = ?, key_id = ?, signature = ? WHERE sequence = ?", c.Beginning, c.KeyID, c.Signature, c.Sequence)
		if err != nil {
			return err
		}
		if removed, err = s.count(ctx, "DELETE FROM audit_logs WHERE sequence <= ?", c.Sequence); err != nil {
			return err
		}
		return s.exec(ctx, "DELETE FROM audit_checkpoints WHERE sequence < ?", c.Sequence)
	})
	return removed, err
}
