package storage_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
	"github.com/gatehouse-id/gatehouse/test/services"
)

func TestPostgres(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, newPostgres)
}

func newPostgres(t testing.TB) string {
	return services.Postgres(t).Database(t, storage.SchemaHash(), func(url string) error {
		migrate(t, url)
		return nil
	})
}
