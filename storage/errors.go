package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/gatehouse-id/gatehouse/provider"
)

// errAgain marks what lost against another transaction. Left over after the last try it
// means that the database is too busy.
var errAgain = fmt.Errorf("lost against another transaction: %w", provider.ErrUnavailable)

// Fault is what an error of the database means to the domain, with the words of the database,
// which are for a log.
type Fault struct{ Kind, Cause error }

// Error says both.
func (f *Fault) Error() string { return f.Kind.Error() + ": " + f.Cause.Error() }

// Unwrap gives both.
func (f *Fault) Unwrap() []error { return []error{f.Kind, f.Cause} }

// fault turns an error of the database into one of the domain, and keeps it as the cause.
// A reference to a row that is not there becomes provider.ErrNotFound, as if that row had
// been asked for.
func (s *Store) fault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound), errors.Is(err, sql.ErrNoRows):
		return provider.ErrNotFound
	case errors.Is(err, provider.ErrNotFound), errors.Is(err, provider.ErrConflict), errors.Is(err, provider.ErrUnavailable):
		return err
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("storage: %w", err) // the caller went away; nobody is to be told
	}
	switch s.dialect.classify(err) {
	case conflict:
		return &Fault{provider.ErrConflict, err}
	case dangling:
		return &Fault{provider.ErrNotFound, err}
	case again:
		return &Fault{errAgain, err}
	case away:
		return &Fault{provider.ErrUnavailable, err}
	default:
		return fmt.Errorf("storage: %w", err)
	}
}

// changed is the outcome of a statement that must change a row: provider.ErrNotFound when
// there was none to change.
func (s *Store) changed(result *gorm.DB) error {
	if result.Error != nil {
		return s.fault(result.Error)
	}
	if result.RowsAffected == 0 {
		return provider.ErrNotFound
	}
	return nil
}
