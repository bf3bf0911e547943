package storage

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

type postgresDialect struct {
	// numbered caches statements with $1, $2 and so on. They all come from the source.
	numbered sync.Map
}

const defaultConns = 20

func (*postgresDialect) open(_ context.Context, o Options) (*pool, error) {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return nil, errors.New("storage: the Postgres URL is malformed") // the error of pgx may contain the password
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 5 * time.Second
	}
	setDefault(config.RuntimeParams, "application_name", "gatehouse")
	config.RuntimeParams["timezone"] = "UTC"
	db := sql.OpenDB(newConnector(config, o.Log))
	most := o.MaxConns
	if most == 0 {
		most = defaultConns
	}
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most) // closing and opening connections costs more than keeping them
	db.SetConnMaxIdleTime(5 * time.Minute)
	return &pool{read: db, write: db}, nil
}

func setDefault(params map[string]string, name, value string) {
	if _, ok := params[name]; !ok {
		params[name] = value
	}
}

func (*postgresDialect) gorm(p *pool) gorm.Dialector {
	return postgres.New(postgres.Config{Conn: p})
}

// bound writes $1 for the first ?, and so on. No statement contains a ? for anything else.
func (d *postgresDialect) bound(statement string) string {
	if known, ok := d.numbered.Load(statement); ok {
		return known.(string)
	}
	var b strings.Builder
	for i, part := range strings.Split(statement, "?") {
		if i > 0 {
			b.WriteString("$" + strconv.Itoa(i))
		}
		b.WriteString(part)
	}
	d.numbered.Store(statement, b.String())
	return b.String()
}

func (*postgresDialect) locking(clause string) string { return " " + clause }

func (*postgresDialect) turns() string { return "SELECT pg_advisory_xact_lock(?)" }

func (*postgresDialect) oldestTransaction() string {
	return "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
}

func (*postgresDialect) newTransaction() string { return "pg_current_xact_id()::text::bigint" }

// oldestWriter reads the locks: who writes to a table has one until the transaction has ended, and been seen to have
// ended. There a transaction's number has only its lower 32 bits; none in progress is below that of the snapshot.
func (*postgresDialect) oldestWriter(table string) string {
	return `WITH s AS MATERIALIZED (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next)
		SELECT COALESCE((SELECT min(s.oldest + ((x.transactionid::text::bigint - s.oldest) & 4294967295))
			FROM pg_locks w JOIN pg_locks x ON x.virtualtransaction = w.virtualtransaction AND x.locktype = 'transactionid' AND x.mode = 'ExclusiveLock' AND x.granted
			WHERE w.locktype = 'relation' AND w.database = (SELECT oid FROM pg_database WHERE datname = current_database())
				AND w.relation = '` + table + `'::regclass AND w.mode = 'RowExclusiveLock' AND w.granted), s.next) FROM s`
}

func (*postgresDialect) foldedName() string { return `lower(name COLLATE "C")` }

func (*postgresDialect) contains(column string) string {
	return "string_to_array(" + column + ", ' ') @> ARRAY[?]::text[]"
}

// newestTokens reads the ids from the index and only the newest of them from the table. OFFSET 0 keeps
// the planner from joining with the whole table.
func (*postgresDialect) newestTokens(grants string) string {
	return `SELECT t.* FROM (SELECT n.id FROM (` + grants + `) m CROSS JOIN LATERAL
			(SELECT id FROM tokens WHERE grant_id = m.id AND id < ? ORDER BY id DESC LIMIT ?) n ORDER BY n.id DESC LIMIT ?) n
		CROSS JOIN LATERAL (SELECT ` + windowColumns + ` FROM tokens WHERE id = n.id OFFSET 0) t`
}

func (*postgresDialect) classify(err error) class {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return unavailable // no response: refused, disconnected, timed out
	}
	switch e.Code {
	case "23505":
		return conflict
	case "23503":
		return dangling
	case "40001", "40P01":
		return retryable
	}
	if stalePlan(err) {
		return retryable
	}
	switch e.Code[:2] {
	// Class 22, 23 and 42: data, constraint or syntax. 25006 is a read-only server.
	case "22", "23", "42":
		return fault
	default:
		return unavailable
	}
}

// stalePlan tells whether a prepared statement was refused because a migration has changed what it
// returns since. pgx prepares it anew the next time, on each connection.
func stalePlan(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "0A000" && strings.Contains(e.Message, "cached plan")
}

func (*postgresDialect) migrations() string { return "migrations/postgres" }

// goose holds a lock while it works: of two replicas that start at once, one waits.
func (*postgresDialect) goose(*sql.DB) (goose.Dialect, []goose.ProviderOption, error) {
	return goose.DialectPostgres, []goose.ProviderOption{goose.WithLocker(&migrationLock{})}, nil
}
