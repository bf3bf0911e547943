package storage_test

import (
	"database/sql"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/storage"
)

// A reader that is far behind has the database read what it gets, and not all that follows.
func TestPagesOfTheFeedDoNotGrow(t *testing.T) {
	t.Parallel()
	url := newPostgres(t)
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	_, err = db.ExecContext(t.Context(), "INSERT INTO revocations (revoked_at, kind, target) SELECT now(), 'token', n::text FROM generate_series(1, 100000) n")
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "VACUUM ANALYZE revocations")
	require.NoError(t, err)
	s, err := storage.Open(t.Context(), storage.Options{URL: url, Clock: time.Now, Log: slog.New(slog.DiscardHandler), MaxConns: 1})
	require.NoError(t, err)
	for _, after := range []int64{-1, 50_000, 99_999} {
		_, err := s.RevocationsAfter(t.Context(), after, 100)
		require.NoError(t, err)
	}
	require.NoError(t, s.Close()) // Postgres counts what a connection read when it ends
	var read int64
	require.Eventually(t, func() bool {
		err := db.QueryRowContext(t.Context(), "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'revocations'").Scan(&read)
		return assert.NoError(t, err) && read > 0
	}, 10*time.Second, 10*time.Millisecond)
	assert.Less(t, read, int64(300), "201 rows, and what the planner looks at")
}
