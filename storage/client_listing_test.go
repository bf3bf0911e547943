package storage_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// Clients are found by an index of their names and ids.
func TestClientListsDoNotScanTheTable(t *testing.T) {
	t.Parallel()
	url := newPostgres(t)
	storagetest.Exec(t, url, `INSERT INTO clients (id, name, type, auth_method, grant_types, redirect_uris, scopes, default_scopes, audience, token_format, id_token_alg, access_token_lifetime, require_pkce, allow_plain_pkce, first_party, may_introspect, disabled, created_at, updated_at)
		SELECT 'id' || n, 'Name ' || n, 'web', 'none', '', '', '', '', '', 'opaque', '', 0, false, false, false, false, n % 1000 = 0, now(), now()
		FROM generate_series(1, 10000) n`)
	storagetest.Exec(t, url, "ANALYZE clients")
	s, err := storage.Open(t.Context(), storage.Options{URL: url, Clock: time.Now, Log: slog.New(slog.DiscardHandler), MaxConns: 1})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	no := false
	scans := storagetest.SequentialScans(t, url, "clients")
	for _, of := range []client.Filter{{}, {After: "id700 name 700"}, {Search: "NAME 77"}, {Search: "id123"}, {Search: "nobody"}, {Type: client.Web, Disabled: &no}} {
		_, err := s.FindClients(t.Context(), of, 50)
		require.NoError(t, err)
	}
	assert.Equal(t, scans, storagetest.SequentialScans(t, url, "clients"))
}
