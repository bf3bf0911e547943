package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"github.com/pressly/goose/v3"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

type sqliteDialect struct{}

// readers is the number of connections that read, beside the writing one.
const readers = 4

// open makes two pools on one file in WAL mode. One connection writes: SQLite allows one writer,
// and the queue of the pool is fair and cheap where SQLite's busy handler sleeps and retries. The
// others only read; a writer never blocks them.
func (sqliteDialect) open(ctx context.Context, o Options) (*pool, error) {
	path, extra, err := parseSQLiteURL(o.URL)
	if err != nil {
		return nil, err
	}
	if err := privateFile(path); err != nil {
		return nil, fmt.Errorf("storage: make %s: %w", path, err)
	}
	write, err := sql.Open("sqlite", sqliteDSN(path, extra, "foreign_keys(1)"))
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	write.SetMaxOpenConns(1)
	// The file and its WAL mode must exist before a reader opens it.
	if err := write.PingContext(ctx); err != nil {
		return nil, errors.Join(&Fault{cannotOpen(path, err), err}, write.Close())
	}
	read, err := sql.Open("sqlite", sqliteDSN(path, extra, "query_only(1)"))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("storage: %w", err), write.Close())
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	return &pool{read: read, write: write}, nil
}

func cannotOpen(path string, err error) error {
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_NOTADB {
		return fmt.Errorf("storage: %s is not an SQLite database", path)
	}
	return fmt.Errorf("storage: %s cannot be opened: look at its permissions and those of its directory", path)
}

// sqliteDSN: times are integers of microseconds in UTC, which compare and index as such; a
// transaction takes the write lock when it begins, since taking it later can only fail; and a
// commit is on disk before it is acknowledged.
func sqliteDSN(path string, extra url.Values, pragmas ...string) string {
	q := url.Values{
		"_txlock": {"immediate"}, "_time_integer_format": {"unix_micro"}, "_inttotime": {"1"}, "_timezone": {"UTC"},
		"_pragma": append([]string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)"}, pragmas...),
	}
	for name, values := range extra {
		q[name] = append(q[name], values...)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (sqliteDialect) gorm(p *pool) gorm.Dialector { return sqliteDialector{p} }

func (sqliteDialect) bound(statement string) string { return statement }

func (sqliteDialect) locking(string) string { return "" }

func (sqliteDialect) turns() string { return "" }

func (sqliteDialect) oldestTransaction() string { return "0" }

func (sqliteDialect) newTransaction() string { return "0" }

func (sqliteDialect) oldestWriter(string) string { return "SELECT 0" }

func (sqliteDialect) foldedName() string { return "lower(name)" }

func (sqliteDialect) contains(column string) string {
	return "instr(' ' || " + column + " || ' ', ' ' || ? || ' ') > 0"
}

// newestTokens has no LATERAL to use: the newest of each grant are found by a condition.
func (sqliteDialect) newestTokens(grants string) string {
	return `SELECT x.id, x.grant_id, x.issued_at, x.at_expires_at, x.revoked_at, x.scopes, x.audience
		FROM (SELECT n.id FROM (` + grants + `) m CROSS JOIN tokens n
			WHERE n.id IN (SELECT id FROM tokens WHERE grant_id = m.id AND id < ? ORDER BY id DESC LIMIT ?) ORDER BY n.id DESC LIMIT ?) newest
		CROSS JOIN tokens x ON x.id = newest.id`
}

func (sqliteDialect) classify(err error) class {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return unavailable
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return conflict
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return dangling
	}
	switch e.Code() & 0xff { // the primary code of an extended one
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return retryable
	case sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE:
		return fault
	default: // read-only, full, I/O, cannot open, interrupted
		return unavailable
	}
}

func (sqliteDialect) migrations() string { return "migrations/sqlite" }

func (sqliteDialect) goose(*sql.DB) (goose.Dialect, []goose.ProviderOption, error) {
	return goose.DialectSQLite3, nil, nil
}
