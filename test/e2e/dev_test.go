package e2e_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// dev starts the development server on SQLite, as `make run` does, with further settings. It has run on
// its database before.
func dev(t *testing.T, more ...string) *server {
	t.Helper()
	s := settings(t, "")
	s.demo = fmt.Sprintf("127.0.0.1:%d", services.FreePort(t))
	s.env = append(development(s.env, s.demo), more...)
	s.args = []string{"--dev"}
	s.url = strings.Replace(s.url, "127.0.0.1", "localhost", 1)
	s.demonstrates()
	s.run()
	return s
}

// demonstration is the database of a development server that has run once. Its clients know where it was, and where its
// application.
type demonstration struct {
	content             []byte
	server, application string
}

// demonstrated is such a database: making it takes longer than the rest of a start.
var demonstrated = sync.OnceValues(func() (d demonstration, err error) {
	directory, err := os.MkdirTemp("", "gatehouse-e2e-")
	if err != nil {
		return d, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()
	address, addressErr := services.Address()
	ops, opsErr := services.Address()
	application, applicationErr := services.Address()
	if err := errors.Join(addressErr, opsErr, applicationErr); err != nil {
		return d, err
	}
	env := development(environment("", directory, directory, address, ops), application)
	if err := serveOnce(env, ops, "serve", "--dev"); err != nil {
		return d, err
	}
	d.server, d.application = "http://"+strings.Replace(address, "127.0.0.1", "localhost", 1), "http://"+application
	path := filepath.Join(directory, "dev.db")
	if _, err := os.Stat(path + "-wal"); err == nil {
		return d, errors.New("the server did not close its database")
	}
	d.content, err = os.ReadFile(path)
	return d, err
})

// demonstrates gives the server a copy of it, as if it had been there.
func (s *server) demonstrates() {
	s.t.Helper()
	d, err := demonstrated()
	require.NoError(s.t, err)
	path := filepath.Join(s.dataDir(), "dev.db")
	require.NoError(s.t, os.WriteFile(path, d.content, 0o600))
	db, err := sql.Open("sqlite", "file:"+path)
	require.NoError(s.t, err)
	defer db.Close()
	for _, column := range []string{"redirect_uris", "post_logout_redirect_uris", "audience"} {
		_, err := db.ExecContext(s.t.Context(), "UPDATE clients SET "+column+" = replace(replace("+column+", ?, ?), ?, ?)", d.server, s.url, d.application, "http://"+s.demo)
		require.NoError(s.t, err)
	}
}

// development are settings of a development server.
func development(env []string, application string) []string {
	kept := slices.DeleteFunc(slices.Clone(env), func(pair string) bool {
		return strings.HasPrefix(pair, "GATEHOUSE_ISSUER=") || strings.HasPrefix(pair, "GATEHOUSE_DATABASE_URL=")
	})
	return append(kept, "GATEHOUSE_DEMO_LISTEN="+application)
}
