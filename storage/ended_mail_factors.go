package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/verification"
)

// keepEnded is how long codes by mail that another change ended can come back: while that can be undone, and for what
// the clocks of servers may differ.
const keepEnded = time.Hour

// supersedeMail ends the codes by mail of a user by a change that is not about them, so that its undo brings them back.
// It returns provider.ErrNotFound where there are none. The time is the one of now, and not of the transaction, like
// those of factors.
func (s *Store) supersedeMail(ctx context.Context, user provider.ID) error {
	err := s.exec(ctx, `INSERT INTO ended_mail_factors (user_id, created_at, used_at, ended_at)
		SELECT user_id, created_at, used_at, ? FROM mail_factors WHERE user_id = ?
		ON CONFLICT (user_id, created_at) DO UPDATE SET used_at = excluded.used_at, ended_at = excluded.ended_at`, s.clock.Real(), rowID(user))
	if err != nil {
		return err
	}
	return s.change(ctx, "DELETE FROM mail_factors WHERE user_id = ?", rowID(user))
}

// restoreMail gives a user the codes by mail back that were there before a time and were ended since then, if the address
// is verified and there is nothing stronger. The row of the user is locked.
func (s *Store) restoreMail(ctx context.Context, user provider.ID, since time.Time) (restored bool, err error) {
	id := rowID(user)
	n, err := s.count(ctx, `INSERT INTO mail_factors (user_id, created_at, used_at)
		SELECT user_id, created_at, used_at FROM ended_mail_factors WHERE user_id = ? AND created_at < ? AND ended_at >= ?
		AND EXISTS (SELECT 1 FROM users WHERE id = ? AND email_verified AND email <> '') AND NOT EXISTS (SELECT 1 FROM (`+factorKinds+`) f)`,
		id, since, since, id, id, id, id, id)
	if err != nil {
		return false, err
	}
	return n > 0, s.exec(ctx, "DELETE FROM ended_mail_factors WHERE user_id = ? AND ended_at >= ?", id, since)
}

// endedMailBefore is until when codes by mail must have been ended that cannot come back any more.
func endedMailBefore(now time.Time) time.Time {
	return now.Add(-verification.UndoFactor.Lifetime() - keepEnded)
}
