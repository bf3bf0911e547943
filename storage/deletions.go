package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// SetDeletion says when the account of a user is to be deleted; nil: it is to stay. It returns
// provider.ErrNotFound.
func (s *Store) SetDeletion(ctx context.Context, userID provider.ID, at *time.Time) error {
	return s.change(ctx, "UPDATE users SET delete_at = ? WHERE id = ?", at, rowID(userID))
}

// EndAccess ends everything that was issued for a user, what outlives sessions as well.
func (s *Store) EndAccess(ctx context.Context, userID provider.ID, at time.Time) error {
	return s.exec(ctx, "UPDATE grants SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL", at, rowID(userID))
}

// DueDeletions are users whose accounts are to be deleted by a time, those that are due longest first.
func (s *Store) DueDeletions(ctx context.Context, by time.Time, limit int) ([]provider.ID, error) {
	var rows []rowID
	if err := s.on(ctx).Raw("SELECT id FROM users WHERE delete_at <= ? ORDER BY delete_at LIMIT ?", by, limit).Scan(&rows).Error; err != nil {
		return nil, s.fault(err)
	}
	ids := make([]provider.ID, len(rows))
	for i, id := range rows {
		ids[i] = provider.ID(id)
	}
	return ids, nil
}
