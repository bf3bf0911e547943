package storage

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
)

// dialect is what differs between the two databases.
type dialect interface {
	// open connects.
	open(ctx context.Context, o Options) (*pool, error)
	// gorm makes the dialector over the pool.
	gorm(p *pool) gorm.Dialector
	// bound replaces each ? of a statement with the placeholder of the dialect.
	bound(statement string) string
	// locking is a clause such as FOR SHARE where rows are locked individually, and empty where
	// there is a single writer.
	locking(clause string) string
	// turns is a statement after which the transactions with the same number go one after the other until
	// they end, and empty where there is a single writer.
	turns() string
	// oldestTransaction is an expression for the number of the oldest transaction in progress, and
	// newTransaction one for the number of the transaction of the statement; both are 0 where there is
	// a single writer.
	oldestTransaction() string
	newTransaction() string
	// oldestWriter is a statement for the number of the oldest transaction in progress that has written to
	// a table, or, if there is none, for one that is higher than those of all that began before.
	oldestWriter(table string) string
	// contains is a condition: a list in a column has the value, which takes the place of ?. An
	// index finds it.
	contains(column string) string
	// foldedName is the expression for the names of clients as client.FoldName makes them, of which there is
	// an index.
	foldedName() string
	// newestTokens selects windowColumns of the newest tokens of some grants, given a statement for
	// their ids. Its values follow: the id to begin before, and twice the number of tokens.
	newestTokens(grants string) string
	// classify classifies a driver's error by its code.
	classify(err error) class
	// migrations is the folder of the dialect, with what goose needs to apply it.
	migrations() string
	goose(db *sql.DB) (goose.Dialect, []goose.ProviderOption, error)
}

// class is the kind of a driver's error.
type class int

const (
	// fault: the statement was wrong, a bug in this package.
	fault class = iota
	// unavailable: the database did not respond or could not execute the statement.
	unavailable
	// conflict: a unique value is taken.
	conflict
	// dangling: a referenced row does not exist.
	dangling
	// retryable: the transaction failed because of a concurrent one and may be retried.
	retryable
)
