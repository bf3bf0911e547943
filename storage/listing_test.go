package storage_test

import (
	"context"
	"database/sql"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/session"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// lists reads one page of every list of tokens and sessions, beginning before the given ids.
func lists(t *testing.T, s *storage.Store, token, signIn provider.ID) {
	t.Helper()
	defer func() { require.NoError(t, s.Close()) }() // Postgres counts what a connection read when it ends
	now, some, old := time.Now(), storagetest.SomeUser(), storagetest.OldUser()
	for _, of := range []grant.Filter{
		{},
		{ClientID: storagetest.BusyClient},
		{ClientID: storagetest.LargeClient},
		{ClientID: storagetest.SmallClient},
		{ClientID: storagetest.OldClient},
		{ClientID: "nobody"},
		{UserID: some},
		{UserID: old},
		{UserID: old, ClientID: storagetest.LargeClient},
		{SessionID: some},
		{Scope: "openid"},
		{Scope: storagetest.RareScope},
		{Scope: "none", ClientID: storagetest.LargeClient},
		{Scope: "none", ClientID: storagetest.BusyClient},
	} {
		for _, of.ActiveAt = range []time.Time{{}, now} {
			_, err := s.Tokens(t.Context(), of, token, 50)
			require.NoError(t, err)
		}
	}
	for _, of := range []session.Filter{{}, {UserID: some}, {UserID: old}} {
		for _, of.Live = range []bool{false, true} {
			of.Before, of.Now, of.SeenSince = signIn, now, now.Add(-5*time.Hour)
			_, err := s.Sessions(t.Context(), of, 50)
			require.NoError(t, err)
		}
	}
}

// A list reads as much of ten times as many rows, its last page as its first, and no table from end
// to end. Estimates of the planner may be wrong: this is what Postgres has read.
func TestListsDoNotGrow(t *testing.T) {
	t.Parallel()
	type cost struct{ first, last int64 }
	costs := map[int]cost{}
	for _, n := range []int{40_000, 400_000} {
		url := newPostgres(t)
		rows := storagetest.Fill(t, url, n)
		open := func() *storage.Store {
			s, err := storage.Open(t.Context(), storage.Options{URL: url, Clock: time.Now, Log: slog.New(slog.DiscardHandler), MaxConns: 1})
			require.NoError(t, err)
			return s
		}
		lastToken, lastSession := rows.Near(t, "tokens", 1), rows.Near(t, "sessions", 1)
		begun, scanned := rows.Read(t)
		lists(t, open(), provider.ID{}, provider.ID{})
		first, _ := rows.Read(t)
		lists(t, open(), lastToken, lastSession)
		last, scannedThen := rows.Read(t)
		if n > 40_000 { // to read a small table in full can be cheaper
			assert.Equal(t, scanned, scannedThen, "rows of whole tables")
		}
		costs[n] = cost{first - begun, last - first}
		t.Logf("%d tokens: %+v", n, costs[n])
	}
	small, large := costs[40_000], costs[400_000]
	assert.Less(t, float64(large.first), 1.5*float64(small.first))
	assert.LessOrEqual(t, float64(large.last), 1.5*float64(small.last))
	assert.LessOrEqual(t, large.last, large.first)
}

// In SQLite every table is searched by an index, or read in the order of one from where the page
// begins.
func TestListsOfSQLiteSearch(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	migrate(t, "sqlite://"+path)
	statements := map[string]bool{}
	s, err := storage.Open(t.Context(), storage.Options{
		URL: "sqlite://" + path, Clock: time.Now, Log: slog.New(slog.DiscardHandler),
		Statements: func(ctx context.Context, statement string) (context.Context, func(error)) {
			statements[statement] = true
			return ctx, func(error) {}
		},
	})
	require.NoError(t, err)
	lists(t, s, storagetest.SomeUser(), storagetest.SomeUser())
	db, err := sql.Open("sqlite", "file:"+path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	looked := 0
	for _, statement := range slices.Sorted(maps.Keys(statements)) {
		if !strings.Contains(statement, "tokens") && !strings.Contains(statement, "sessions") {
			continue
		}
		for _, step := range plan(t, db, statement) {
			looked++
			// Steps name tables by their alias. What a subquery has found may be read in full.
			if name, scanned := strings.CutPrefix(step, "SCAN "); scanned {
				name, _, _ = strings.Cut(name, " ")
				assert.True(t, strings.HasPrefix(name, "(subquery") || strings.Contains(statement, ") "+name), "%s\n%s", step, statement)
			}
		}
	}
	assert.Greater(t, looked, 20)
}

func plan(t *testing.T, db *sql.DB, statement string) (steps []string) {
	t.Helper()
	args := make([]any, strings.Count(statement, "?"))
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+statement, args...)
	require.NoError(t, err, statement)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		require.NoError(t, rows.Scan(&id, &parent, &unused, &detail))
		steps = append(steps, detail)
	}
	require.NoError(t, rows.Err())
	return steps
}
