package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

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
	for _, statement := range []string{
		"SET LOCAL idle_in_transaction_session_timeout = 0", // a migration may take longer
		fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", int64(lock.DefaultLockID)),
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return errors.Join(fmt.Errorf("migration lock: %w", err), tx.Rollback())
		}
	}
	l.tx = tx
	return nil
}

// Unlock lets the next process continue.
func (l *migrationLock) Unlock(context.Context, *sql.DB) error {
	return l.tx.Rollback()
}
