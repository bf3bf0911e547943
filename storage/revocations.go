package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/revocation"
)

// RevocationsAfter reads at most limit revocations with a higher number, in one statement, so that
// the oldest transaction is that of the moment of the events.
func (s *Store) RevocationsAfter(ctx context.Context, sequence int64, limit int) (revocation.Batch, error) {
	var batch revocation.Batch
	var rows []struct {
		Oldest    int64
		Sequence  sql.NullInt64
		RevokedAt *time.Time
		ExpiresAt *time.Time
		Kind      string
		Target    string
	}
	// The limit is within, or all that follows would be sorted first.
	err := s.on(ctx).Raw(`SELECT t.oldest, r.sequence, r.revoked_at, r.expires_at, COALESCE(r.kind, '') AS kind, COALESCE(r.target, '') AS target
		FROM (SELECT `+s.dialect.oldestTransaction()+` AS oldest) t LEFT JOIN
			(SELECT sequence, revoked_at, expires_at, kind, target FROM revocations WHERE sequence > ? ORDER BY sequence LIMIT ?) r ON TRUE
		ORDER BY r.sequence`, sequence, limit).Scan(&rows).Error
	for _, row := range rows {
		batch.Oldest = row.Oldest
		if row.Sequence.Valid {
			e := revocation.Event{Sequence: row.Sequence.Int64, Kind: revocation.Kind(row.Kind), Target: row.Target, At: row.RevokedAt.UTC()}
			if row.ExpiresAt != nil {
				e.ExpiresAt = row.ExpiresAt.UTC()
			}
			batch.Events = append(batch.Events, e)
		}
	}
	return batch, s.fault(err)
}

// LastRevocation is that of the highest number, without the expiry; the zero value: there is none.
func (s *Store) LastRevocation(ctx context.Context) (revocation.Event, error) {
	var e revocation.Event
	err := s.row(ctx, "SELECT sequence, kind, target, revoked_at FROM revocations ORDER BY sequence DESC LIMIT 1").Scan(&e.Sequence, &e.Kind, &e.Target, &e.At)
	if errors.Is(err, sql.ErrNoRows) {
		return revocation.Event{}, nil
	}
	return e, s.fault(err)
}

// NewTransaction is the number of a transaction that begins now: every one that has written has a
// lower number.
func (s *Store) NewTransaction(ctx context.Context) (int64, error) {
	var number int64
	err := s.row(ctx, "SELECT "+s.dialect.newTransaction()).Scan(&number)
	return number, s.fault(err)
}

// OldestRevoker is the number of the oldest transaction in progress that has revoked something, or, if there is none,
// one that is higher than those of all that began before.
func (s *Store) OldestRevoker(ctx context.Context) (int64, error) {
	var number int64
	err := s.row(ctx, s.dialect.oldestWriter("revocations")).Scan(&number)
	return number, s.fault(err)
}
