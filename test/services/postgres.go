package services

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that creates databases
)

// PostgresURL is the environment variable with the port of the instance that all packages share.
const PostgresURL = "GATEHOUSE_TEST_POSTGRES"

// PG is a Postgres server. Each of its databases belongs to one test.
type PG struct {
	*instance

	port int
	args []string
}

// Durability tells whether commits survive a power failure. Most tests run without: fsync
// would take most of their time.
type Durability bool

// Durable is how a server runs in production, for measurements; Fast is for all other tests.
const (
	Durable Durability = true
	Fast    Durability = false
)

//nolint:gochecknoglobals // one server for all tests of a process
var shared = sync.OnceValues(func() (*PG, error) {
	if port := os.Getenv(PostgresURL); port != "" {
		n, err := strconv.Atoi(port)
		return &PG{port: n}, err
	}
	return StartPostgres(Fast)
})

// Postgres returns the server that tests share.
func Postgres(tb testing.TB) *PG {
	tb.Helper()
	pg, err := shared()
	if err != nil {
		tb.Fatal(err)
	}
	return pg
}

// NewPostgres starts a server for one test, which may kill and freeze it.
func NewPostgres(tb testing.TB, d Durability) *PG {
	tb.Helper()
	pg, err := StartPostgres(d)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(pg.Stop)
	return pg
}

// StartPostgres starts a server that runs until Stop or the end of this process.
func StartPostgres(d Durability, settings ...string) (*PG, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	i, err := newInstance("postgres")
	if err != nil {
		return nil, err
	}
	if err := i.once(filepath.Join(bin, "initdb"), "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
		return nil, err
	}
	port, err := Port()
	if err != nil {
		return nil, err
	}
	args := []string{"-D", "data", "-p", strconv.Itoa(port), "-h", "127.0.0.1", "-k", i.dir, "-c", "max_connections=400"}
	if d == Fast {
		settings = append(settings, "deadlock_timeout=100ms", "fsync=off", "full_page_writes=off", "synchronous_commit=off")
	}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	pg := &PG{instance: i, port: port, args: append([]string{filepath.Join(bin, "postgres")}, args...)}
	return pg, pg.run()
}

func (pg *PG) run() error {
	if err := pg.start(pg.args[0], pg.args[1:]...); err != nil {
		return err
	}
	err := eventually(func() error { return pg.admin(context.Background(), "SELECT 1") })
	if err != nil {
		return fmt.Errorf("services: Postgres does not respond: %w\n%s", err, pg.log())
	}
	return nil
}

func postgresBin() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		return "", errors.New("services: Postgres is not installed: apt-get install postgresql")
	}
	return found[len(found)-1], nil
}

// Port returns the loopback port of the server.
func (pg *PG) Port() int { return pg.port }

// Stop stops the server and removes its data.
func (pg *PG) Stop() { pg.stop() }

// URL returns the URL of a database of the server.
func (pg *PG) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", pg.port, database)
}

func (pg *PG) admin(ctx context.Context, statement string) error {
	db, err := sql.Open("pgx", pg.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, statement)
	return err
}
