package dexdb_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/imports/dex"
	"github.com/gatehouse-id/gatehouse/storage/dexdb"
)

func database(t *testing.T, statements ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "de x%?#.db")
	db, err := sql.Open("sqlite", "file:"+filepath.Dir(path)+"/new.db")
	require.NoError(t, err)
	for _, statement := range statements {
		_, err := db.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	require.NoError(t, db.Close())
	require.NoError(t, os.Rename(filepath.Dir(path)+"/new.db", path))
	return path
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	dump, err := os.ReadFile("testdata/dex.sql")
	require.NoError(t, err)
	path := database(t, string(dump))
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	clients, passwords, err := dexdb.Read(t.Context(), path)
	require.NoError(t, err)
	assert.Equal(t, []dex.Client{
		{ID: "stored-cli", Public: true, Name: "Stored CLI", RedirectURIs: []string{"http://127.0.0.1/callback"}},
		{ID: "stored-oob", Public: true, Name: "Stored out of band", RedirectURIs: []string{"urn:ietf:wg:oauth:2.0:oob"}},
		{ID: "stored-web", Secret: "stored-web-secret-0123456789abcdef01", Name: "Stored web", RedirectURIs: []string{"https://stored.example.com/callback"}, LogoURL: "https://stored.example.com/logo.png"},
	}, clients)
	assert.Equal(t, []dex.Password{
		{Email: "katherine@example.com", Hash: "$2a$10$BVp1e8pmUY0ZuLpV9gYWFu2rZqcuT34f3.RtK.BsBdSrHpa1yPCx2", Username: "Katherine Fixture", UserID: "kj-7"},
		{Email: "margaret@example.com", Hash: "$2a$10$36rpvuXSBfs9SVXHgAC6we67OdNgTttutehqIZC85wl7cg9BlYALG", Username: "margaret", UserID: "0f5e2a8c-1111-4a7b-9c4d-0123456789ab"},
	}, passwords)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, before, after)
}

// Older versions have fewer columns.
func TestDatabaseOfAnOlderVersion(t *testing.T) {
	t.Parallel()
	path := database(t, `CREATE TABLE client (id text, secret text, redirect_uris blob, trusted_peers blob, public boolean, name text, logo_url text)`,
		`CREATE TABLE password (email text, hash blob, username text, user_id text)`,
		`INSERT INTO client VALUES ('a', 's', X'5b2268747470733a2f2f61225d', X'5b5d', 0, 'A', '')`,
		`INSERT INTO password VALUES ('a@example.com', X'24', 'a', 'u')`)
	clients, passwords, err := dexdb.Read(t.Context(), path)
	require.NoError(t, err)
	assert.Equal(t, []dex.Client{{ID: "a", Secret: "s", Name: "A", RedirectURIs: []string{"https://a"}, TrustedPeers: []string{}}}, clients)
	assert.Equal(t, []dex.Password{{Email: "a@example.com", Hash: "$", Username: "a", UserID: "u"}}, passwords)
}

func TestFilesThatAreNoDatabase(t *testing.T) {
	t.Parallel()
	_, _, err := dexdb.Read(t.Context(), database(t, "CREATE TABLE other (a text)"))
	assert.ErrorContains(t, err, "not a database of Dex")
	missing := filepath.Join(t.TempDir(), "missing.db")
	_, _, err = dexdb.Read(context.Background(), missing)
	assert.Error(t, err)
	assert.NoFileExists(t, missing)
}
