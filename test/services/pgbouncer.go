package services

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Bouncer is a PgBouncer in front of a Postgres server, in transaction pooling mode: two
// statements of a session may run on different server connections.
type Bouncer struct {
	*instance

	port int
}

// NewBouncer starts a PgBouncer that stops with the test. Only the required settings are
// given; the rest are PgBouncer's defaults.
func NewBouncer(tb testing.TB, pg *PG) *Bouncer {
	tb.Helper()
	const path = "/usr/sbin/pgbouncer"
	if _, err := os.Stat(path); err != nil {
		tb.Fatal(errors.New("services: PgBouncer is not installed: apt-get install pgbouncer"))
	}
	i, err := newInstance("pgbouncer")
	if err != nil {
		tb.Fatal(err)
	}
	b := &Bouncer{instance: i, port: FreePort(tb)}
	settings := fmt.Sprintf(`[databases]
* = host=127.0.0.1 port=%d user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 1000
`, pg.Port(), b.port)
	if err := os.WriteFile(filepath.Join(i.dir, "pgbouncer.ini"), []byte(settings), 0o644); err != nil { //nolint:gosec // read by the account that runs PgBouncer
		tb.Fatal(err)
	}
	if err := b.start(path, "pgbouncer.ini"); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(b.stop)
	if err := eventually(func() error { return b.ping(tb.Context(), pg) }); err != nil {
		tb.Fatalf("services: PgBouncer does not respond: %v\n%s", err, b.log())
	}
	return b
}

func (b *Bouncer) ping(ctx context.Context, pg *PG) error {
	db, err := sql.Open("pgx", b.Through(pg.URL("postgres"), pg)+"&default_query_exec_mode=exec")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	return db.PingContext(ctx)
}

// Through rewrites the URL of a database of the server to connect through PgBouncer.
func (b *Bouncer) Through(url string, pg *PG) string {
	return strings.Replace(url, ":"+strconv.Itoa(pg.Port())+"/", ":"+strconv.Itoa(b.port)+"/", 1)
}
