package services

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"testing"
)

// EmptyDatabase creates a database that is dropped with the test, and returns its URL.
func (pg *PG) EmptyDatabase(tb testing.TB) string {
	tb.Helper()
	return pg.create(tb, "")
}

// Database creates a migrated database that is dropped with the test, and returns its URL.
// The database is a copy, made in milliseconds, of a template; migrate runs once for each
// template. The key identifies the schema: another schema needs another key.
func (pg *PG) Database(tb testing.TB, key string, migrate func(url string) error) string {
	tb.Helper()
	template := "template_" + key
	if err := pg.ensureTemplate(tb.Context(), template, migrate); err != nil {
		tb.Fatal(err)
	}
	return pg.create(tb, " TEMPLATE "+template+" STRATEGY file_copy")
}

func (pg *PG) create(tb testing.TB, how string) string {
	tb.Helper()
	var suffix [8]byte
	_, _ = rand.Read(suffix[:]) // never fails
	name := "test_" + hex.EncodeToString(suffix[:])
	if err := pg.admin(tb.Context(), "CREATE DATABASE "+name+how); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := pg.admin(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			tb.Log(err) // a test may have killed its server
		}
	})
	return pg.URL(name)
}

// ensureTemplate creates the template under an advisory lock: test processes of several
// packages share the server and need the same template at the same time.
func (pg *PG) ensureTemplate(ctx context.Context, name string, migrate func(url string) error) error {
	db, err := sql.Open("pgx", pg.URL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // releases the lock
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))                                                                      // never fails
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(h.Sum64())); err != nil { //nolint:gosec // an overflow is harmless in a lock key
		return err
	}
	var exists bool
	if err := conn.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&exists); err != nil || exists {
		return err
	}
	building := name + "_building"
	if _, err := conn.ExecContext(ctx, "CREATE DATABASE "+building); err != nil {
		return err
	}
	if err := migrate(pg.URL(building)); err != nil {
		return fmt.Errorf("services: migrate the template: %w", err)
	}
	_, err = conn.ExecContext(ctx, "ALTER DATABASE "+building+" RENAME TO "+name)
	return err
}
