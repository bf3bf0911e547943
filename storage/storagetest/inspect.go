package storagetest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that inspects Postgres
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver that inspects SQLite

	"github.com/gatehouse-id/gatehouse/storage"
)

// inspect opens a database directly, as an attacker with a stolen copy would.
func inspect(t testing.TB, url string) *sql.DB {
	t.Helper()
	driver, dsn := "pgx", url
	path, err := storage.SQLitePath(url)
	require.NoError(t, err)
	if path != "" {
		driver, dsn = "sqlite", "file:"+path+"?_pragma=busy_timeout(5000)"
	}
	if driver == "pgx" && !strings.Contains(url, "default_query_exec_mode") {
		dsn += "&default_query_exec_mode=exec" // behind a pooler nothing can be prepared
	}
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func tables(t testing.TB, db *sql.DB, url string) []string {
	t.Helper()
	query := "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
	if strings.HasPrefix(url, "sqlite://") {
		query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
	}
	rows, err := db.QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	require.NotEmpty(t, names)
	return names
}

// Dump returns every value of every table as bytes, for tests that search it for secrets.
func Dump(t testing.TB, url string) string {
	t.Helper()
	db := inspect(t, url)
	var out strings.Builder
	for _, table := range tables(t, db, url) {
		dumpTable(t, db, table, &out)
	}
	return out.String()
}

func dumpTable(t testing.TB, db *sql.DB, table string, out *strings.Builder) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT * FROM "+table)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	require.NoError(t, err)
	for rows.Next() {
		values := make([]sql.RawBytes, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(t, rows.Scan(into...))
		for i, v := range values {
			_, _ = fmt.Fprintf(out, "%s.%s=%s\n", table, columns[i], v)
		}
	}
	require.NoError(t, rows.Err())
}

// Count is the number of rows of a table.
func Count(t testing.TB, url, table string) int {
	t.Helper()
	return number(t, url, "SELECT count(*) FROM "+table)
}

// Orphans counts tokens without a grant, which must never exist.
func Orphans(t testing.TB, url string) int {
	t.Helper()
	return number(t, url, "SELECT count(*) FROM tokens t LEFT JOIN grants g ON g.id = t.grant_id WHERE g.id IS NULL")
}

func number(t testing.TB, url, query string) int {
	t.Helper()
	var n int
	require.NoError(t, inspect(t, url).QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

// Exec changes the database directly, bypassing the store.
func Exec(t testing.TB, url, statement string) {
	t.Helper()
	db := inspect(t, url)
	defer func() { _ = db.Close() }() // a test may change much
	_, err := db.ExecContext(t.Context(), statement)
	require.NoError(t, err)
}

// AheadBy leaves the database as a newer version with that many more migrations would.
func AheadBy(t testing.TB, url string, steps int) {
	t.Helper()
	for i := range steps {
		Exec(t, url, fmt.Sprintf("INSERT INTO goose_db_version (version_id, is_applied) VALUES (%d, true)", 99990+i))
	}
}

// SequentialScans is how often Postgres has read a table from end to end. It waits until the server
// has counted what was done before, which it does once a second.
func SequentialScans(t testing.TB, url, table string) int64 {
	t.Helper()
	time.Sleep(1500 * time.Millisecond)
	var n int64
	require.NoError(t, inspect(t, url).QueryRowContext(t.Context(), "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = $1", table).Scan(&n))
	return n
}
