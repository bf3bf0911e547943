package storage_test

import (
	"context"
	"database/sql"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// Users are found by an index, whatever the filter.
func TestUserListsDoNotScanTheTable(t *testing.T) {
	t.Parallel()
	url := newPostgres(t)
	storagetest.Exec(t, url, `INSERT INTO users (id, username, password_hash, email, email_verified, phone, phone_verified, profile, roles, disabled, created_at, updated_at)
		SELECT lpad(to_hex(n), 32, '0')::uuid, 'user' || n, '', 'mail' || n || '@example.com', true, '', false, '{}', CASE WHEN n % 1000 = 0 THEN 'admin editor' ELSE '' END, n % 500 = 0, now(), now()
		FROM generate_series(1, 30000) n`)
	storagetest.Exec(t, url, "ANALYZE users")
	s, err := storage.Open(t.Context(), storage.Options{URL: url, Clock: time.Now, Log: slog.New(slog.DiscardHandler), MaxConns: 1})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	yes, no := true, false
	scans := storagetest.SequentialScans(t, url, "users")
	for _, of := range []account.Filter{
		{},
		{After: "user7"},
		{After: "user9999", Descending: true},
		{Order: account.ByCreation},
		{Order: account.ByCreation, Descending: true, After: "00000000-0000-0000-0000-000000000020"},
		{Search: "user29"},
		{Search: "mail12345"},
		{Search: "nobody"},
		{Search: "mail29999@"},
		{Username: "User7"},
		{Username: "nobody"},
		{Username: "Straße"},
		{Email: "MAIL7@example.com"},
		{Email: "mail7@example.com", Username: "user7", Order: account.ByCreation, Descending: true},
		{Email: "a@Bücher.example"},
		{Role: "admin"},
		{Role: "nobody"},
		{Role: "editor", Order: account.ByCreation},
		{Disabled: &yes},
		{Disabled: &no},
		{Disabled: &yes, Role: "admin", Search: "user"},
	} {
		_, err := s.Users(t.Context(), of, 50)
		require.NoError(t, err)
	}
	for _, forms := range [][]string{{"user7"}, {"user7", "User7"}, {"mail7@example.com", "mail7@example.com."}, {"a@bücher.example", "a@xn--bcher-kva.example"}} {
		_, _ = s.UserByLogin(t.Context(), forms...) // whether there is such a user or not
	}
	_, _ = s.UserBySkeleton(t.Context(), "user7")
	_, _ = s.UsersAlike(t.Context(), account.Alike{Usernames: []string{"user7"}, Skeletons: []string{"user7", "user8"}})
	_, err = s.UsersByPhone(t.Context(), "+442071838750")
	require.NoError(t, err)
	assert.Equal(t, scans, storagetest.SequentialScans(t, url, "users"))
	storagetest.Exec(t, url, "SELECT count(*) FROM users WHERE profile = 'x'")
	assert.Greater(t, storagetest.SequentialScans(t, url, "users"), scans, "the scan of another statement is counted")
}

// On SQLite, too, one user is found by an index.
func TestUsersOfSQLiteAreSearchedByName(t *testing.T) {
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
	t.Cleanup(func() { _ = s.Close() })
	u := &account.User{ID: storagetest.SomeUser(), Subject: "subject", Username: "strasse", Email: "a@xn--bcher-kva.example", CreatedAt: time.Now(), UpdatedAt: time.Now()}
	require.NoError(t, s.CreateUser(t.Context(), u))
	clear(statements)
	for _, of := range []account.Filter{{Username: "Straße"}, {Email: "A@Bücher.example"}, {Username: "strasse", Email: "a@bücher.example", Order: account.ByCreation}} {
		found, err := s.Users(t.Context(), of, 50)
		require.NoError(t, err)
		require.Len(t, found, 1)
	}
	_, err = s.UserByLogin(t.Context(), account.LoginForms("a@Bücher.example")...)
	require.NoError(t, err)
	_, err = s.UserBySkeleton(t.Context(), "strasse")
	require.NoError(t, err)
	due, err := storage.NewSkeletons(s).Job().Due(t.Context())
	require.NoError(t, err)
	assert.False(t, due)
	db, err := sql.Open("sqlite", "file:"+path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	looked := 0
	for _, statement := range slices.Sorted(maps.Keys(statements)) {
		for _, step := range plan(t, db, statement) {
			looked++
			assert.NotContains(t, step, "SCAN", statement)
		}
	}
	assert.Greater(t, looked, 4)
}
