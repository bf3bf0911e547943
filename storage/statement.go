package storage

import (
	"context"
	"database/sql"

	"gorm.io/gorm"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Statements that are written out with ? for values, and that read one row or change some, go to
// the connection as they are: GORM would copy each of them, and its own state, which is a tenth of
// the cost of an introspection. GORM makes the statements that follow from a row type or read a
// list.

// conn is the transaction of ctx or, outside one, the pool.
func (s *Store) conn(ctx context.Context) gorm.ConnPool {
	if tx, ok := ctx.Value(txKey{}).(*connection); ok {
		return tx
	}
	return s.pool
}

// row reads one row. The error of Scan is for fault.
func (s *Store) row(ctx context.Context, query string, args ...any) *sql.Row {
	return s.conn(ctx).QueryRowContext(ctx, s.dialect.bound(query), args...)
}

// count changes rows and returns how many.
func (s *Store) count(ctx context.Context, statement string, args ...any) (int64, error) {
	result, err := s.conn(ctx).ExecContext(ctx, s.dialect.bound(statement), args...)
	if err != nil {
		return 0, s.fault(err)
	}
	n, err := result.RowsAffected()
	return n, s.fault(err)
}

// exec changes rows, or none.
func (s *Store) exec(ctx context.Context, statement string, args ...any) error {
	_, err := s.count(ctx, statement, args...)
	return err
}

// insertIfVerified inserts what is selected from users, and sessions, if the rows are still as they
// were verified, and returns provider.ErrStale otherwise. The rows are locked against changes until
// the transaction ends: a change in progress is waited for, and then the condition is evaluated
// again; a later change waits, and finds the inserted row.
func (s *Store) insertIfVerified(ctx context.Context, insert string, args ...any) error {
	return s.retry(ctx, func() error {
		n, err := s.count(ctx, insert+s.dialect.locking("FOR SHARE"), args...)
		if err == nil && n == 0 {
			return provider.ErrStale
		}
		return err
	})
}

// change changes rows, and returns provider.ErrNotFound when there was none to change.
func (s *Store) change(ctx context.Context, statement string, args ...any) error {
	n, err := s.count(ctx, statement, args...)
	if err == nil && n == 0 {
		return provider.ErrNotFound
	}
	return err
}
