package storage_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, newSQLite)
}

// newSQLite is a fresh, migrated file. What it writes need not survive a power cut.
func newSQLite(t testing.TB) string {
	url := "sqlite://" + filepath.Join(t.TempDir(), "test.db") + "?_pragma=synchronous(OFF)"
	migrate(t, url)
	return url
}

func migrate(t testing.TB, url string) {
	t.Helper()
	s, err := storage.Open(t.Context(), storage.Options{URL: url, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	_, err = s.Migrate(t.Context())
	require.NoError(t, err)
	require.NoError(t, s.Close())
}
