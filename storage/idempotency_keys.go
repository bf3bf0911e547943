package storage

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/idempotency"
)

// ClaimIdempotencyKey is part of idempotency.Store. It is one statement, so that of any number of
// concurrent requests with one key one claims it; the others wait for its transaction.
func (s *Store) ClaimIdempotencyKey(ctx context.Context, row idempotency.Row, now time.Time) error {
	return s.retry(ctx, func() error {
		n, err := s.count(ctx, `INSERT INTO idempotency_keys (id, client_id, request, response, expires_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET client_id = excluded.client_id, request = excluded.request, response = excluded.response, expires_at = excluded.expires_at
			WHERE idempotency_keys.expires_at <= ?`, row.ID[:], optionalText(row.ClientID), row.Request, row.Sealed, row.ExpiresAt, now)
		if err == nil && n == 0 {
			return provider.ErrConflict
		}
		return err
	})
}

// KeepResponse is part of idempotency.Store.
func (s *Store) KeepResponse(ctx context.Context, id [sha256.Size]byte, sealed []byte) error {
	return s.change(ctx, "UPDATE idempotency_keys SET response = ? WHERE id = ?", sealed, id[:])
}

// IdempotencyKey is part of idempotency.Store.
func (s *Store) IdempotencyKey(ctx context.Context, id [sha256.Size]byte) (idempotency.Row, error) {
	row := idempotency.Row{ID: id}
	err := s.row(ctx, "SELECT request, response, expires_at FROM idempotency_keys WHERE id = ?", id[:]).Scan(&row.Request, &row.Sealed, &row.ExpiresAt)
	row.ExpiresAt = row.ExpiresAt.UTC()
	return row, s.fault(err)
}
