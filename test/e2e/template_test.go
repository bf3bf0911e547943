package e2e_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/storage"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// Most tests begin with a copy of a database on which a server has run once: migrations, and making the
// signing keys, would take longer than what they test. A test of a first start uses settings.

// copied are the URLs of databases on Postgres that are such copies.
var copied sync.Map

// postgres makes such a database on Postgres.
func postgres(t *testing.T) string {
	t.Helper()
	url := services.Postgres(t).Database(t, "e2e_"+storage.SchemaHash(), startOnce)
	copied.Store(url, true)
	return url
}

// started is such a database on SQLite.
var started = sync.OnceValues(func() (_ []byte, err error) {
	directory, err := os.MkdirTemp("", "gatehouse-e2e-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()
	path := filepath.Join(directory, "gatehouse.db")
	if err := startOnce(storage.SQLiteURL(path)); err != nil {
		return nil, err
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		return nil, errors.New("the server did not close its database")
	}
	return os.ReadFile(path)
})

// fill makes the database one on which a server has run, if it is a file that is not there yet. It returns
// false for another that is not a copy.
func fill(t testing.TB, databaseURL string) bool {
	t.Helper()
	if _, is := copied.Load(databaseURL); is {
		return true
	}
	if !strings.HasPrefix(databaseURL, "sqlite://") {
		return false
	}
	path, err := storage.SQLitePath(databaseURL)
	require.NoError(t, err)
	if _, err := os.Stat(path); err == nil {
		return false
	}
	content, err := started()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return true
}

// startOnce runs a server on an empty database until it is ready.
func startOnce(databaseURL string) error {
	path, err := binary()
	if err != nil {
		return err
	}
	directory, err := os.MkdirTemp("", "gatehouse-e2e-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(directory) }()
	address, addressErr := services.Address()
	ops, opsErr := services.Address()
	if err := errors.Join(addressErr, opsErr); err != nil {
		return err
	}
	env := environment(databaseURL, directory, directory, address, ops)
	migrate := exec.Command(path, "migrate", "up")
	migrate.Env = env
	if out, err := migrate.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return serveOnce(env, ops, "serve")
}

// serveOnce runs a server with these settings until it is ready.
func serveOnce(env []string, ops string, arguments ...string) error {
	path, err := binary()
	if err != nil {
		return err
	}
	server := exec.Command(path, arguments...)
	var log bytes.Buffer
	server.Env, server.Stdout, server.Stderr = env, &log, &log
	if err := server.Start(); err != nil {
		return err
	}
	ready := false
	for deadline := time.Now().Add(20 * time.Second); !ready && time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		response, err := http.Get("http://" + ops + "/healthz/ready")
		if err == nil {
			ready = response.StatusCode == http.StatusOK
			_ = response.Body.Close()
		}
	}
	err = errors.Join(server.Process.Signal(os.Interrupt), server.Wait())
	if err == nil && !ready {
		err = errors.New("the server was not ready")
	}
	if err != nil {
		return fmt.Errorf("%w: %s", err, log.String())
	}
	return nil
}

// environment are the settings of a server.
func environment(databaseURL, home, data, address, ops string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GATEHOUSE_ISSUER=" + issuer, "GATEHOUSE_DATA_DIR=" + data,
		"GATEHOUSE_LISTEN=" + address, "GATEHOUSE_OPS_LISTEN=" + ops,
		"GATEHOUSE_DRAIN_DELAY=0s", "GATEHOUSE_DATABASE_URL=" + databaseURL, "GATEHOUSE_SECRET=" + "e2e-secret-that-no-database-may-hold",
	}
}
