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

// EmptyDatabase is the address of a new database that goes with the test.
func (pg *PG) EmptyDatabase(tb testing.TB) string {
	tb.Helper()
	return pg.create(tb, "")
}

// Database is the address of a new database as migrate leaves one. It is a copy, made in
// milliseconds, of a template that migrate is called for once: key names what it does, so
// that another schema gets another template.
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

// ensureTemplate holds a lock meanwhile: test processes of several packages share the
// server, and want the same template at the same moment.
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
	defer func() { _ = conn.Close() }() // ends the lock with the connection
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))                                                                      // never fails
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(h.Sum64())); err != nil { //nolint:gosec // any number will do
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
