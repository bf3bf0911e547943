package chaos_test

import (
	"database/sql"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver that restores Postgres
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite" // the driver that copies SQLite

	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/test/services"
)

// E16: a backup is taken under load and restored for a new server. What was issued before the
// backup is valid there, and what was spent before it stays spent.
func TestE16BackupAndRestore(t *testing.T) {
	databases(t, func(t *testing.T, databaseURL string) {
		f := newFleet(t, databaseURL, 1)
		n := f.nodes[0]
		cookie := n.signIn(t)
		rotated := f.chains(t, scale(10, 200))
		heads := make([]string, len(rotated))
		for i, token := range rotated {
			heads[i] = n.refresh(f.secret, token).text("refresh_token")
		}
		spentAt := time.Now()
		var used, unused []string
		for range scale(10, 100) {
			code := n.code(cookie)
			require.Equal(t, http.StatusOK, n.exchange(f.secret, code).status)
			used = append(used, code)
		}
		var before []string
		for range scale(50, 1000) {
			before = append(before, n.token(f.secret, url.Values{"grant_type": {"client_credentials"}}).text("access_token"))
		}
		unused = append(unused, n.code(cookie))

		done := make(chan struct{})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
						n.token(f.secret, url.Values{"grant_type": {"client_credentials"}})
					}
				}
			})
		}
		began := time.Now()
		copied := backup(t, databaseURL)
		close(done)
		wg.Wait()
		n.stop()

		restored := newNode(t, copied)
		restored.start()
		took := time.Since(began)
		var lost, revived atomic.Int64
		for _, token := range before {
			if !restored.active(f.secret, token) {
				lost.Add(1)
			}
		}
		for _, code := range unused {
			if restored.exchange(f.secret, code).status != http.StatusOK {
				lost.Add(1)
			}
		}
		if restored.code(cookie) == "" {
			lost.Add(1)
		}
		for _, token := range heads[:len(heads)/2] {
			if restored.refresh(f.secret, token).status != http.StatusOK {
				lost.Add(1)
			}
		}
		for _, code := range used {
			if restored.exchange(f.secret, code).status != http.StatusBadRequest {
				revived.Add(1)
			}
		}
		time.Sleep(time.Until(spentAt.Add(grant.Grace + time.Second)))
		for _, token := range rotated {
			if restored.refresh(f.secret, token).status != http.StatusBadRequest {
				revived.Add(1)
			}
		}
		result(t, "lost %d of %d, revived %d of %d, backup and restore took %s", lost.Load(), len(before)+len(unused)+len(heads)/2+1, revived.Load(), len(used)+len(rotated), took.Round(time.Millisecond))
		assert.Zero(t, lost.Load())
		assert.Zero(t, revived.Load())
	})
}

// backup copies a database in use and returns the URL of the copy.
func backup(t *testing.T, databaseURL string) string {
	t.Helper()
	if path, ok := strings.CutPrefix(databaseURL, "sqlite://"); ok {
		db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
		require.NoError(t, err)
		defer func() { _ = db.Close() }()
		copied := filepath.Join(t.TempDir(), "restored.db")
		_, err = db.ExecContext(t.Context(), "VACUUM INTO ?", copied)
		require.NoError(t, err)
		return "sqlite://" + copied
	}
	copied := services.Postgres(t).EmptyDatabase(t)
	bin, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	require.NoError(t, err)
	require.NotEmpty(t, bin)
	file := filepath.Join(t.TempDir(), "dump")
	out, err := exec.CommandContext(t.Context(), filepath.Join(bin[len(bin)-1], "pg_dump"), "-Fc", "-f", file, databaseURL).CombinedOutput()
	require.NoError(t, err, string(out))
	out, err = exec.CommandContext(t.Context(), filepath.Join(bin[len(bin)-1], "pg_restore"), "--no-owner", "-d", copied, file).CombinedOutput()
	require.NoError(t, err, string(out))
	_, err = os.Stat(file)
	require.NoError(t, err)
	return copied
}
