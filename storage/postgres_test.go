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

// Without prepared statements the server does not report the expected types, and the column types
// must be registered.
func TestPostgresWithoutPreparedStatements(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t testing.TB) string { return newPostgres(t) + "&default_query_exec_mode=simple_protocol" })
}

func TestPostgresWithOtherModes(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"cache_describe", "describe_exec", "exec"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			storagetest.Run(t, func(t testing.TB) string { return newPostgres(t) + "&default_query_exec_mode=" + mode },
				"clients", "tokens", "refresh tokens", "users", "sessions", "codes", "janitor", "signed with", "statements")
		})
	}
}

// A pooler in transaction mode refuses session settings, loses prepared statements and releases
// session locks. It must work without any setting.
func TestPgBouncer(t *testing.T) {
	t.Parallel()
	pg := services.Postgres(t)
	bouncer := services.NewBouncer(t, pg)
	storagetest.Run(t, func(t testing.TB) string { return bouncer.Through(newPostgres(t), pg) })
}

func TestReadOnlyPostgresIsNotWritable(t *testing.T) {
	t.Parallel()
	notWritable(t, newPostgres(t), newPostgres(t)+"&default_transaction_read_only=on")
}

func newPostgres(t testing.TB) string {
	return services.Postgres(t).Database(t, storage.SchemaHash(), func(url string) error {
		migrate(t, url)
		return nil
	})
}
