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

// Lock waits until no other process migrates.
func (l *migrationLock) Lock(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil) // must last until Unlock
	if err != nil {
		return fmt.Errorf("migration lock: %w", err)
	}
	if err := waitForLock(ctx, tx); err != nil {
		return errors.Join(fmt.Errorf("migration lock: %w", err), tx.Rollback())
	}
	l.tx = tx
	return nil
}

// lockPause is the time between two attempts to take the lock.
const lockPause = 200 * time.Millisecond

// waitForLock asks again and again. A statement that waits for the lock would have a snapshot, and
// CREATE INDEX CONCURRENTLY, in the process that holds the lock, waits for the end of every older
// snapshot: both would hang, and Postgres would not find that deadlock.
func waitForLock(ctx context.Context, tx *sql.Tx) error {
	for {
		var locked bool
		if err := tx.QueryRowContext(ctx, fmt.Sprintf("SELECT pg_try_advisory_xact_lock(%d)", int64(lock.DefaultLockID))).Scan(&locked); err != nil {
			return err
		}
		// The snapshot of a statement lasts until the next one; this one has none. A migration may
		// take longer than the timeout.
		if _, err := tx.ExecContext(ctx, "SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil || locked {
			return err
		}
		pause := time.NewTimer(lockPause)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

// Unlock lets the next process continue.
func (l *migrationLock) Unlock(context.Context, *sql.DB) error {
	return l.tx.Rollback()
}
