package storagetest

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/storage"
)

// SQLite opens a new SQLite database of the current schema, which ends with the test.
func SQLite(t testing.TB, clock provider.Clock) *storage.Store {
	t.Helper()
	store, _ := SQLiteAt(t, clock)
	return store
}

// SQLiteAt is SQLite that tells the database's URL, for Exec.
func SQLiteAt(t testing.TB, clock provider.Clock) (store *storage.Store, url string) {
	t.Helper()
	url = "sqlite://" + filepath.Join(t.TempDir(), "test.db")
	store, err := storage.Open(t.Context(), storage.Options{URL: url, Clock: clock, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	_, err = store.Migrate(t.Context())
	require.NoError(t, err)
	return store, url
}
