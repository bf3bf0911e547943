package storagetest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

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
	url = SQLiteURL(t)
	store, err := storage.Open(t.Context(), storage.Options{URL: url, Clock: clock, Log: slog.New(slog.DiscardHandler), MailFactors: true})
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	return store, url
}

// SQLiteURL is that of a new database of the current schema, which need not survive a power failure.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	content, err := migrated()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "test.db")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return storage.SQLiteURL(path) + "?_pragma=synchronous(OFF)"
}

// migrated is the file of a database after every migration. Each test has a copy: to migrate takes as long
// as most tests do, and under the race detector seconds.
var migrated = sync.OnceValues(func() (_ []byte, err error) { //nolint:gochecknoglobals // it is the same for all tests
	directory, err := os.MkdirTemp("", "gatehouse-storage-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()
	path, ctx := filepath.Join(directory, "test.db"), context.Background()
	store, err := storage.Open(ctx, storage.Options{URL: storage.SQLiteURL(path), Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	_, err = store.Migrate(ctx)
	if err = errors.Join(err, store.Close()); err != nil { // what stands in the journal is in the file then
		return nil, err
	}
	return os.ReadFile(path)
})
