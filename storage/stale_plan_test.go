package storage_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// A migration changes what prepared statements of running servers return. They are prepared anew,
// and no request notices, in a transaction or outside one.
func TestAMigrationDisturbsNoRunningServer(t *testing.T) {
	t.Parallel()
	url := newPostgres(t)
	s, err := storage.Open(t.Context(), storage.Options{URL: url, Clock: time.Now, Log: slog.New(slog.DiscardHandler), MaxConns: 1})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	require.NoError(t, s.CreateClient(t.Context(), &client.Client{ID: "app", Name: "app", Type: client.Web, AuthMethod: client.None, TokenFormat: client.Opaque, CreatedAt: time.Now(), UpdatedAt: time.Now()}))
	read := func() {
		t.Helper()
		_, err := s.Client(t.Context(), "app")
		require.NoError(t, err)
		clients, err := s.Clients(t.Context(), "", "", 10)
		require.NoError(t, err)
		assert.Len(t, clients, 1)
		require.NoError(t, s.InTx(t.Context(), func(ctx context.Context) error {
			_, err := s.Client(ctx, "app")
			return err
		}))
	}
	read()
	for _, column := range []string{"one", "two"} {
		storagetest.Exec(t, url, "ALTER TABLE clients ADD COLUMN "+column+" int")
		read()
		storagetest.Exec(t, url, "ALTER TABLE clients ADD COLUMN "+column+"_more int")
		require.NoError(t, s.InTx(t.Context(), func(ctx context.Context) error {
			_, err := s.Client(ctx, "app")
			return err
		}))
	}
}
