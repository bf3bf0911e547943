package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/gatehouse-id/gatehouse/provider"
)

// errAgain marks a transaction that failed because of a concurrent one. After the last retry it
// means that the database is too busy.
var errAgain = fmt.Errorf("conflict with a concurrent transaction: %w", provider.ErrUnavailable)

// Fault is the domain's meaning of a database error, with the original error, which is for the
// log.
type Fault struct{ Kind, Cause error }

// Error returns both texts.
func (f *Fault) Error() string { return f.Kind.Error() + ": " + f.Cause.Error() }

// Unwrap returns both errors.
func (f *Fault) Unwrap() []error { return []error{f.Kind, f.Cause} }

// fault converts a database error into one of the domain, and keeps the original as the cause. A
// reference to a missing row becomes provider.ErrNotFound, as if that row had been requested.
func (s *Store) fault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return provider.ErrNotFound
	case errors.Is(err, provider.ErrNotFound), errors.Is(err, provider.ErrConflict), errors.Is(err, provider.ErrUnavailable):
		return err
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("storage: %w", err) // the caller was canceled
	}
	switch s.dialect.classify(err) {
	case conflict:
		return &Fault{provider.ErrConflict, err}
	case dangling:
		return &Fault{provider.ErrNotFound, err}
	case retryable:
		return &Fault{errAgain, err}
	case unavailable:
		return &Fault{provider.ErrUnavailable, err}
	default:
		return fmt.Errorf("storage: %w", err)
	}
}

// changed is the result of a statement that must change a row: provider.ErrNotFound when no row
// matched.
func (s *Store) changed(result *gorm.DB) error {
	if result.Error != nil {
		return s.fault(result.Error)
	}
	if result.RowsAffected == 0 {
		return provider.ErrNotFound
	}
	return nil
}
