package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Options configure a Store.
type Options struct {
	// URL is sqlite://PATH or postgres://...
	URL   string
	Clock provider.Clock
	Log   *slog.Logger
	// MaxConns limits the connections to Postgres; 0 means 20.
	MaxConns int
	// Statements, when set, is called for each statement.
	Statements Statements
	// MailFactors: codes by mail are second factors. Without it users are as though they had not set that up: nobody
	// would send them a code.
	MailFactors bool
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	db      *gorm.DB
	pool    *pool
	dialect dialect
	clock   provider.Clock
	log     *slog.Logger
	// mailFactors is Options.MailFactors.
	mailFactors bool
}

// Open connects to the database. It does not check the schema; see Pending and Migrate.
func Open(ctx context.Context, o Options) (*Store, error) {
	var d dialect
	switch {
	case strings.HasPrefix(o.URL, sqliteScheme):
		d = sqliteDialect{}
	case strings.HasPrefix(o.URL, "postgres://"), strings.HasPrefix(o.URL, "postgresql://"):
		d = &postgresDialect{}
	default:
		return nil, errors.New("storage: the database URL must begin with sqlite:// or postgres://")
	}
	p, err := d.open(ctx, o)
	if err != nil {
		return nil, err
	}
	p.observe = unobserved
	if o.Statements != nil {
		p.observe = o.Statements
	}
	db, err := gorm.Open(d.gorm(p), &gorm.Config{
		SkipDefaultTransaction: true, // single statements are atomic; InTx is for several
		DisableAutomaticPing:   true,
		Logger:                 logger.Discard, // errors are returned, and logged once, by the caller
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("storage: %w", err), p.close())
	}
	return &Store{db: db, pool: p, dialect: d, clock: o.Clock, log: o.Log, mailFactors: o.MailFactors}, nil
}

// Close ends the connections.
func (s *Store) Close() error { return s.pool.close() }

// Pools are the connection pools by name, for metrics: "database", or "reads" and "writes" where
// they are separate.
func (s *Store) Pools() map[string]*sql.DB {
	if s.pool.read == s.pool.write {
		return map[string]*sql.DB{"database": s.pool.read}
	}
	return map[string]*sql.DB{"reads": s.pool.read, "writes": s.pool.write}
}

// Writable tells whether the database accepts writes: one that became read-only (a standby after a
// failover, a full or remounted disk) responds to reads, but the server cannot work with it. The
// statement changes no row, so it writes nothing and waits for no lock but SQLite's own.
func (s *Store) Writable(ctx context.Context) error {
	return s.exec(ctx, "UPDATE settings SET value = value WHERE name = ''")
}
