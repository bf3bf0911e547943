package storage

import (
	"context"
	"database/sql/driver"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// execMode is the parameter of the URL that selects how statements are sent.
const execMode = "default_query_exec_mode"

// connector connects to Postgres, or to a pooler in front of it.
type connector struct {
	driver.Connector

	// pooled connects to a pooler that refuses session settings, such as PgBouncer: without them,
	// and without prepared statements, which are bound to a session too.
	pooled  driver.Connector
	refused atomic.Bool
	log     *slog.Logger
}

func newConnector(config *pgx.ConnConfig, log *slog.Logger) *connector {
	plain := config.Copy()
	if !strings.Contains(config.ConnString(), execMode) {
		plain.DefaultQueryExecMode = pgx.QueryExecModeExec
	}
	// A transaction that a crashed or suspended process left open must not keep its locks.
	setDefault(config.RuntimeParams, "idle_in_transaction_session_timeout", "10000")
	types := stdlib.OptionAfterConnect(registerTypes)
	return &connector{Connector: stdlib.GetConnector(*config, types), pooled: stdlib.GetConnector(*plain, types), log: log}
}

// Connect is part of driver.Connector.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	if c.refused.Load() {
		return c.pooled.Connect(ctx)
	}
	conn, err := c.Connector.Connect(ctx)
	if !parameterRefused(err) {
		return conn, err
	}
	conn, err = c.pooled.Connect(ctx)
	if err == nil && !c.refused.Swap(true) {
		c.log.InfoContext(ctx, "the database is behind a pooler that refuses idle_in_transaction_session_timeout: set its idle_transaction_timeout. Statements are not prepared, unless the database URL says otherwise by "+execMode)
	}
	return conn, err
}

func parameterRefused(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && strings.Contains(e.Message, "unsupported startup parameter")
}

// registerTypes registers this package's column types, for statements that are sent without being
// prepared.
func registerTypes(_ context.Context, conn *pgx.Conn) error {
	for _, id := range []any{rowID{}, optionalID{}} {
		conn.TypeMap().RegisterDefaultPgType(id, "uuid")
	}
	return nil
}
