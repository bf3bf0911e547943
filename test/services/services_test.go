package services_test

import (
	"context"
	"database/sql"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

func execOnce(url, statement string) error { return execWithin(30*time.Second, url, statement) }

func execWithin(limit time.Duration, url, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	db, err := sql.Open("pgx", url)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.ExecContext(ctx, statement)
	return err
}

func TestDatabaseCopiesMigratedTemplate(t *testing.T) {
	t.Parallel()
	pg, migrated := services.Postgres(t), 0
	migrate := func(url string) error {
		migrated++
		return execOnce(url, "CREATE TABLE things (n int)")
	}
	first := pg.Database(t, "services_test", migrate)
	began := time.Now()
	second := pg.Database(t, "services_test", migrate)
	t.Logf("a copy took %s", time.Since(began))
	assert.LessOrEqual(t, migrated, 1)
	require.NoError(t, execOnce(first, "INSERT INTO things VALUES (1)"))
	require.NoError(t, execOnce(second, "DO $$ BEGIN IF EXISTS (SELECT 1 FROM things) THEN RAISE 'not a separate database'; END IF; END $$"))
	assert.Error(t, execOnce(pg.EmptyDatabase(t), "SELECT 1 FROM things"))
}

func TestPostgresFreezeThawKill(t *testing.T) {
	t.Parallel()
	pg := services.NewPostgres(t, services.Fast)
	require.NoError(t, execOnce(pg.URL("postgres"), "SELECT sum(n) FROM generate_series(1, 1000000) n"))
	assert.Positive(t, pg.CPU())
	require.NoError(t, pg.Freeze())
	require.Error(t, execWithin(time.Second, pg.URL("postgres"), "SELECT 1"))
	require.NoError(t, pg.Thaw())
	require.NoError(t, execOnce(pg.URL("postgres"), "SELECT 1"))
	db, err := sql.Open("pgx", pg.URL("postgres"))
	require.NoError(t, err)
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	require.NoError(t, db.PingContext(t.Context()))
	require.NoError(t, pg.Kill())
	_, err = db.ExecContext(t.Context(), "SELECT 1")
	require.Error(t, err, "on a connection from before")
	assert.Error(t, execOnce(pg.URL("postgres"), "SELECT 1"))
}

func TestRedisStartAndKill(t *testing.T) {
	t.Parallel()
	r := services.NewRedis(t)
	assert.Contains(t, r.Address(), "127.0.0.1:")
	require.NoError(t, r.Kill())
}

func TestChromiumRuns(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), services.Chromium(t), "--version").Output()
	var exit *exec.ExitError
	require.NotErrorAs(t, err, &exit, "%s", out)
	assert.Contains(t, string(out), "Chrom")
}

func TestPortsAreGivenOnce(t *testing.T) {
	t.Parallel()
	given := map[int]bool{}
	for range 200 {
		port := services.FreePort(t)
		assert.False(t, given[port], "%d again", port)
		assert.Less(t, port, 20000, "below what the system chooses from")
		given[port] = true
	}
}
