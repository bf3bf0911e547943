package e2e_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/test/harness"
)

// bcrypted is the hash of "correct horse battery" by passlib.
const bcrypted = "$2b$05$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu"

// tried runs a command that may fail, and returns what it printed.
func (s *server) tried(args ...string) (stdout, stderr string, err error) {
	s.t.Helper()
	path, err := binary()
	require.NoError(s.t, err)
	cmd := exec.Command(path, args...)
	var out, errs strings.Builder
	cmd.Env, cmd.Stdout, cmd.Stderr = s.env, &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// Users who come from another system sign in with the passwords that they have there, and applications
// find them under the same sub; clients use the secrets that they have.
func TestImportedUsersSignIn(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		s.stdin(`{"username":"horse","sub":"legacy|7","email":"horse@example.com","password_hash":"`+bcrypted+`"}
{"username":"django","password_hash":"pbkdf2_sha256$1000$abcdefgh12345678$mH6jTTVttILGPsJcS1GbVOZ2wH3aMJ9J1Z+YoGY7D78="}
{"username":"scrypt","password_hash":"$scrypt$ln=10,r=8,p=1$mNP6/997791bK0WI0XqPUQ$f/oj8z9Uv5cHI0HXLWLqNAdeyPjmkwjJac/LiR75Vng"}
`, "import", "users", "-")
		s.stdin(`{"client_id":"trusted","client_secret_hash":"`+bcrypted+`","first_party":true,"grant_types":["password"],"scopes":["openid"]}`, "import", "clients", "-")
		out, _, err := s.tried("import", "keycloak", "../../provider/imports/keycloak/testdata/realm.json", "--role-map", "editor=editor")
		require.Error(t, err, "some clients are refused")
		require.NotContains(t, out, "secret")
		_, _, err = s.tried("import", "dex", "../../provider/imports/dex/testdata/config.yaml")
		require.Error(t, err)

		for _, user := range []struct{ name, password, sub string }{
			{"horse", "correct horse battery", "legacy|7"},
			{"horse@example.com", "correct horse battery", "legacy|7"},
			{"django", "correct horse battery", ""},
			{"scrypt", "correct horse battery", ""},
			{"ada", "analytical-engine-1", "bc870ec3-f0e3-4d7e-ab4c-37083e692e89"},
			{"grace", "nanoseconds-1952", "48a52fb2-1233-47dd-88c5-04ad1545e497"},
			{"alan", "bombe-1940-huts", "d30076b2-6222-4cb6-851f-6efa2a4b3ab7"},
			{"tony", "null-references-9", "19b98a3b-2c71-41ad-8a42-c438336e1f46"},
			{"edsger@example.com", "goto-considered-11", "b183e36d-6b93-4009-9df9-f6d4b14bc3bb"},
			{"admin@example.com", "password", "CiQwOGE4Njg0Yi1kYjg4LTRiNzMtOTBhOS0zY2QxNjYxZjU0NjYSBWxvY2Fs"},
		} {
			for range 2 { // by the hash of the other system, then by ours
				got := s.post("/oauth/token", "trusted", "correct horse battery", url.Values{"grant_type": {"password"}, "username": {user.name}, "password": {user.password}, "scope": {"openid"}})
				require.Equal(t, http.StatusOK, got.status, "%s: %s", user.name, got.body)
				if user.sub != "" {
					assert.Equal(t, user.sub, subjectOf(t, got), user.name)
				}
			}
			got := s.post("/oauth/token", "trusted", "correct horse battery", url.Values{"grant_type": {"password"}, "username": {user.name}, "password": {user.password + "x"}, "scope": {"openid"}})
			assert.Equal(t, "invalid_grant", got.json(t)["error"], user.name)
		}
		got := s.post("/oauth/token", "trusted", "correct horse battery", url.Values{"grant_type": {"password"}, "username": {"barbara"}, "password": {"substitution-77"}, "scope": {"openid"}})
		assert.Equal(t, "invalid_grant", got.json(t)["error"], "she is disabled")
		got = s.post("/oauth/token", "batch", "batch-secret-0123456789abcdef0123456", url.Values{"grant_type": {"client_credentials"}, "scope": {"invoices:read"}})
		assert.Equal(t, http.StatusOK, got.status, got.body)

		log := s.log.String()
		assert.Equal(t, 7, strings.Count(log, `"event":"password_upgraded"`), "each once, and none of Keycloak's argon2id")
		assert.Equal(t, 1, strings.Count(log, `"event":"secret_upgraded"`))
		assert.NotContains(t, log, "$2b$")
	})
}

func subjectOf(t *testing.T, token response) string {
	t.Helper()
	var claims struct{ Sub string }
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token.json(t)["id_token"].(string), ".")[1])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(payload, &claims))
	return claims.Sub
}

// An import that ends in the middle has written whole batches, and the next run goes on.
func TestInterruptedImportGoesOn(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			emptyDatabases(t, func(t *testing.T, databaseURL string) {
				s := prepare(t, databaseURL)
				var lines strings.Builder
				const all, sent, batches = 5000, 3500, 3000
				part := 0
				for i := range all {
					if i == sent {
						part = lines.Len()
					}
					_, _ = fmt.Fprintf(&lines, `{"username":"user%d","sub":"s%d","password_hash":%q}`+"\n", i, i, bcrypted)
				}
				path, err := binary()
				require.NoError(t, err)
				var log harness.Output
				cmd := exec.Command(path, "import", "users", "-")
				cmd.Env, cmd.Stdout, cmd.Stderr = s.env, &log, &log
				input, err := cmd.StdinPipe()
				require.NoError(t, err)
				require.NoError(t, cmd.Start())
				_, err = io.WriteString(input, lines.String()[:part])
				require.NoError(t, err)
				count := func() int {
					var users []any
					require.NoError(t, json.Unmarshal(s.command("user", "list", "--json"), &users))
					return len(users)
				}
				require.Eventually(t, func() bool { return count() == batches }, 30*time.Second, 50*time.Millisecond, "%s", &log)
				require.NoError(t, cmd.Process.Signal(signal))
				require.Error(t, cmd.Wait())
				if signal == syscall.SIGINT {
					assert.Contains(t, log.String(), "interrupted: the same command goes on")
				}
				assert.Equal(t, batches, count())

				file := filepath.Join(t.TempDir(), "users.jsonl")
				require.NoError(t, os.WriteFile(file, []byte(lines.String()), 0o600))
				var report struct {
					Counts map[string]struct{ Imported, Present int }
				}
				require.NoError(t, json.Unmarshal(s.command("import", "users", file, "--json"), &report))
				assert.Equal(t, all-batches, report.Counts["user"].Imported)
				assert.Equal(t, batches, report.Counts["user"].Present)
				assert.Equal(t, all, count())
				s.command("audit", "verify")
			})
		})
	}
}
