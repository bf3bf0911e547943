package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3/lock"
)

// migrationLock lets one process migrate at a time. A transaction holds it, since behind a pooler in
// transaction mode sessions are shared; it is the same lock that goose takes for a session, and
// that earlier versions took.
type migrationLock struct{ tx *sql.Tx }

var _ lock.Locker = (*migrationLock)(nil)

// lockPause is the time between two attempts to take the lock.
const lockPause = 200 * time.Millisecond

// Lock waits until no other process migrates. It asks again and again, each time in another transaction: CREATE INDEX
// CONCURRENTLY, in the process that holds the lock, waits for the end of every transaction that had a snapshot when it
// looked. One that waited for the lock, or went on asking, would hang with it, and Postgres would not find that deadlock.
func (l *migrationLock) Lock(ctx context.Context, db *sql.DB) error {
	for {
		tx, err := tryLock(ctx, db)
		if err != nil {
			return fmt.Errorf("migration lock: %w", err)
		}
		if tx != nil {
			l.tx = tx
			return nil
		}
		pause := time.NewTimer(lockPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return fmt.Errorf("migration lock: %w", ctx.Err())
		}
	}
}

// tryLock returns a transaction that holds the lock, or nil where another process does.
func tryLock(ctx context.Context, db *sql.DB) (*sql.Tx, error) {
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil) // must last until Unlock
	if err != nil {
		return nil, err
	}
	var locked bool
	if err := tx.QueryRowContext(ctx, fmt.Sprintf("SELECT pg_try_advisory_xact_lock(%d)", int64(lock.DefaultLockID))).Scan(&locked); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	if !locked {
		return nil, tx.Rollback()
	}
	// The snapshot of a statement lasts until the next one; this one has none. A migration may take longer than the
	// timeout.
	if _, err := tx.ExecContext(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}

// Unlock lets the next process continue.
func (l *migrationLock) Unlock(context.Context, *sql.DB) error {
	return l.tx.Rollback()
}
