package hydradb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of Postgres
	_ "modernc.org/sqlite"             // the driver of SQLite
)

// errURL: the address is of no such database. It is not quoted: it may have a password.
var errURL = errors.New("the database of Hydra must be sqlite://PATH or postgres://..., as its setting DSN")

// DB is an open database of Hydra.
type DB struct {
	db  *sql.DB
	tx  *sql.Tx
	now time.Time
	// network is the tenant whose rows are read; an installation has one.
	network  string
	postgres bool
}

// Open opens the database by the address that Hydra has as DSN. Tokens and consents that expired before
// now are not read.
func Open(ctx context.Context, address string, now time.Time) (_ *DB, err error) {
	d := &DB{now: now.UTC()}
	driver, source, err := d.source(address)
	if err != nil {
		return nil, err
	}
	if d.db, err = sql.Open(driver, source); err != nil {
		return nil, errURL
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	d.db.SetMaxOpenConns(1)
	options := &sql.TxOptions{ReadOnly: d.postgres}
	if d.postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	if d.tx, err = d.db.BeginTx(ctx, options); err != nil {
		return nil, fmt.Errorf("open the database of Hydra: %w", err)
	}
	return d, d.findNetwork(ctx)
}

// File is the path of the database file of an address, or empty where it is none.
func File(address string) string {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "sqlite" && u.Scheme != "sqlite3") {
		return ""
	}
	return filePath(u)
}

func filePath(u *url.URL) string {
	if path := u.Host + u.Path; path != "" { // sqlite://db.sqlite is a relative path
		return path
	}
	return u.Opaque
}

func (d *DB) source(address string) (driver, source string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", "", errURL
	}
	switch u.Scheme {
	case "sqlite", "sqlite3":
		path := filePath(u)
		if _, err := os.Stat(path); err != nil {
			return "", "", fmt.Errorf("the database of Hydra: %w", err)
		}
		file := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: "mode=ro&_pragma=query_only(1)&_pragma=busy_timeout(5000)"}
		return "sqlite", file.String(), nil
	case "postgres", "postgresql", "cockroach":
		u.Scheme, d.postgres = "postgres", true
		query := u.Query()
		for _, own := range []string{"max_conns", "max_idle_conns", "max_conn_lifetime", "max_conn_idle_time"} {
			query.Del(own) // of Hydra, not of Postgres
		}
		u.RawQuery = query.Encode()
		return "pgx", u.String(), nil
	default:
		return "", "", errURL
	}
}

// Close ends reading.
func (d *DB) Close() error {
	var err error
	if d.tx != nil {
		err = d.tx.Rollback()
	}
	return errors.Join(err, d.db.Close())
}

func (d *DB) findNetwork(ctx context.Context) error {
	var networks []string
	for id, err := range query(ctx, d, "SELECT id FROM networks ORDER BY id", func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) }) {
		if err != nil {
			return fmt.Errorf("not a database of Hydra 2: %w", err)
		}
		networks = append(networks, id)
	}
	// With several, only that of the installation has clients.
	if len(networks) > 1 {
		used := slices.Collect(func(yield func(string) bool) {
			for id, err := range query(ctx, d, "SELECT DISTINCT nid FROM hydra_client", func(r *sql.Rows) (id string, err error) { return id, r.Scan(&id) }) {
				if err == nil && !yield(id) {
					return
				}
			}
		})
		networks = used
	}
	if len(networks) != 1 {
		return fmt.Errorf("the database of Hydra has %d networks, of which one must have clients", len(networks))
	}
	d.network = networks[0]
	var version string
	err := d.tx.QueryRowContext(ctx, "SELECT max(version) FROM schema_migration").Scan(&version)
	if err != nil || strings.Compare(version, minSchema) < 0 {
		return fmt.Errorf("the database is of a version of Hydra before 2.3: migrate it first by hydra migrate sql")
	}
	return nil
}

// minSchema is the last migration of Hydra that adds a column that is read.
const minSchema = "20241014121000000000"

// query yields the rows of a statement. Its ? are bound to the values.
func query[T any](ctx context.Context, d *DB, statement string, scan func(*sql.Rows) (T, error), args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		rows, err := d.tx.QueryContext(ctx, d.bound(statement), args...)
		if err != nil {
			yield(none, fmt.Errorf("read the database of Hydra: %w", err))
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			row, err := scan(rows)
			if err != nil {
				yield(none, fmt.Errorf("read the database of Hydra: %w", err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(none, fmt.Errorf("read the database of Hydra: %w", err))
		}
	}
}

// bound numbers the parameters for Postgres.
func (d *DB) bound(statement string) string {
	if !d.postgres {
		return statement
	}
	part := strings.Split(statement, "?")
	out := part[0]
	for i, rest := range part[1:] {
		out += fmt.Sprintf("$%d", i+1) + rest
	}
	return out
}
