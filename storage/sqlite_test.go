package storage_test

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, storagetest.SQLiteURL)
}

func migrate(t testing.TB, url string) {
	t.Helper()
	s, err := storage.Open(t.Context(), storage.Options{URL: url, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	_, err = s.Migrate(t.Context())
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

// The characters ? # % and spaces are valid in a path, in every form of the URL.
func TestSQLitePaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"dq?x", "a#b", "100%", "%41", "with space", "a&b=c", "plain"} {
		dir := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.Mkdir(dir, 0o700))
		path := filepath.Join(dir, "gatehouse.db")
		migrate(t, storage.SQLiteURL(path))
		assert.FileExists(t, path)
		entries, err := os.ReadDir(filepath.Dir(dir))
		require.NoError(t, err)
		assert.Len(t, entries, 1, "no other file")
		back, err := storage.SQLitePath(storage.SQLiteURL(path) + "?_pragma=synchronous(OFF)")
		require.NoError(t, err)
		assert.Equal(t, path, back)
	}
	for _, address := range []string{"sqlite://", "sqlite:///x/100%", "sqlite://?a=b", "sqlite:///x?%zz"} {
		_, err := storage.Open(t.Context(), storage.Options{URL: address, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
		assert.ErrorContains(t, err, "SQLite URL", address)
	}
}

// Other accounts on the machine must not be able to read the file.
func TestSQLiteFilesAreReadableByTheirOwnerOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o755))
	path := filepath.Join(dir, "gatehouse.db")
	s, err := storage.Open(t.Context(), storage.Options{URL: storage.SQLiteURL(path), Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	_, err = s.Migrate(t.Context())
	require.NoError(t, err)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		require.NoError(t, err)
		assert.Equal(t, fs.FileMode(0o600), info.Mode().Perm(), suffix)
	}
}

func TestReadOnlySQLiteIsNotWritable(t *testing.T) {
	t.Parallel()
	notWritable(t, storagetest.SQLiteURL(t), storagetest.SQLiteURL(t)+"&_pragma=query_only(1)")
}

// notWritable: the second database responds but refuses writes.
func notWritable(t *testing.T, good, readOnly string) {
	t.Helper()
	for address, want := range map[string]error{good: nil, readOnly: provider.ErrUnavailable} {
		s, err := storage.Open(t.Context(), storage.Options{URL: address, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		_, _, err = s.Versions(t.Context())
		require.NoError(t, err)
		require.ErrorIs(t, s.Writable(t.Context()), want)
		require.NoError(t, s.Close())
	}
}
