package storage

import (
	"context"
	"database/sql"

	"gorm.io/gorm"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Statements that are written out, with ? for values, and that read one row or change some go
// to the connection as they are: GORM would copy them letter by letter, and itself for each, a
// tenth of what an introspection costs. It makes those that follow from a row type or read a
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

// insertIfVerified inserts what selects from users, and sessions, the rows that were verified
// before, and returns provider.ErrStale when they are not so any more. The rows are locked
// against a change until the transaction ends: one that is under way is waited for, and then
// the condition is looked at again; one that comes later waits, and finds the inserted row.
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
