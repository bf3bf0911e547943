package storage_test

import (
	"log/slog"
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
	assert.Equal(t, scans, storagetest.SequentialScans(t, url, "users"))
	storagetest.Exec(t, url, "SELECT count(*) FROM users WHERE phone = 'x'")
	assert.Greater(t, storagetest.SequentialScans(t, url, "users"), scans, "the scan of another statement is counted")
}
