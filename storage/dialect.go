package storage

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
)

// dialect is where the two databases differ.
type dialect interface {
	// open connects.
	open(ctx context.Context, o Options) (*pool, error)
	// gorm makes the dialector over the pool.
	gorm(p *pool) gorm.Dialector
	// bound is a statement with the dialect's own marks in the place of each ?.
	bound(statement string) string
	// locking is a clause such as FOR SHARE where rows are locked one by one, and nothing where
	// there is one writer at a time.
	locking(clause string) string
	// classify reads a driver's error by its code.
	classify(err error) class
	// migrations are the dialect's folder and what goose needs to apply it.
	migrations() string
	goose(db *sql.DB) (goose.Dialect, []goose.ProviderOption, error)
}

// class is what an error of a driver means to us.
type class int

const (
	// fault: the statement was wrong, which is a mistake of ours.
	fault class = iota
	// away: the database did not answer or did not do it.
	away
	// conflict: a unique value is taken.
	conflict
	// dangling: a row that is referred to is not there.
	dangling
	// again: the transaction lost against another one and may be tried again.
	again
)
