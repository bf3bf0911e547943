package e2e_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// A caller that lost a response repeats the request and gets the same one, secret included.
func TestRepeatedRequestsHaveOneEffect(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		other := basic("other", s.manager("other", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(other, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
		create := func(caller, key, body string) response {
			return s.manage(caller, http.MethodPost, "/oauth/clients", body, "Idempotency-Key", key)
		}
		const body = `{"client_name":"Billing","grant_types":["client_credentials"]}`
		first := create(caller, "one", body)
		require.Equal(t, http.StatusCreated, first.status, first.body)
		assert.Empty(t, first.header.Get("Idempotent-Replayed"))
		again := create(caller, "one", body)
		assert.Equal(t, []any{first.status, first.body, first.header.Get("ETag"), first.header.Get("Content-Type")},
			[]any{again.status, again.body, again.header.Get("ETag"), again.header.Get("Content-Type")})
		assert.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
		secret, _ := first.json(t)["client_secret"].(string)
		require.NotEmpty(t, secret)

		reused := create(caller, "one", `{"client_name":"Another"}`)
		assert.Equal(t, http.StatusUnprocessableEntity, reused.status)
		assert.Contains(t, reused.body, "another request")
		assert.NotContains(t, reused.body, secret)
		elsewhere := s.manage(caller, http.MethodPost, "/oauth/scopes", body, "Idempotency-Key", "one")
		assert.Equal(t, http.StatusUnprocessableEntity, elsewhere.status, "another operation")

		theirs := create(other, "one", body)
		require.Equal(t, http.StatusCreated, theirs.status)
		assert.NotEqual(t, first.json(t)["client_id"], theirs.json(t)["client_id"], "the key of another caller")
		assert.NotContains(t, theirs.body, secret)

		for _, key := range []string{"", strings.Repeat("x", 256), "a\tb", "ü"} {
			refused := create(caller, key, body)
			assert.Equal(t, http.StatusBadRequest, refused.status, "%q", key)
			assert.Contains(t, refused.body, "Idempotency-Key")
		}

		// A failure keeps nothing: the caller corrects the request under the same key.
		assert.Equal(t, http.StatusBadRequest, create(caller, "two", `{"shoe_size":7}`).status)
		assert.Equal(t, http.StatusConflict, create(caller, "two", `{"client_id":"ops"}`).status)
		assert.Equal(t, http.StatusCreated, create(caller, "two", `{"client_id":"corrected"}`).status)

		// A conflict with what exists is one within a transaction, too.
		const user = `{"username":"alice","email":"alice@example.com","password":"a long password of her own"}`
		require.Equal(t, http.StatusCreated, s.manage(caller, http.MethodPost, "/admin/users", user, "Idempotency-Key", "first").status)
		for key, body := range map[string]string{"name": user, "address": strings.Replace(user, `"alice"`, `"other"`, 1)} {
			got := s.manage(caller, http.MethodPost, "/admin/users", body, "Idempotency-Key", key)
			assert.Equal(t, http.StatusBadRequest, got.status, got.body)
			assert.Contains(t, got.body, "already_used")
		}

		// What else creates takes a key, too.
		for path, body := range map[string]string{
			"/oauth/scopes":                    `{"name":"invoices:read"}`,
			"/oauth/clients/corrected/secrets": `{}`,
			"/keys/rotate":                     `{"alg":"ES256"}`,
		} {
			one := s.manage(caller, http.MethodPost, path, body, "Idempotency-Key", path)
			require.Equal(t, http.StatusCreated, one.status, "%s: %s", path, one.body)
			two := s.manage(caller, http.MethodPost, path, body, "Idempotency-Key", path)
			assert.Equal(t, []any{http.StatusCreated, one.body, "true"}, []any{two.status, two.body, two.header.Get("Idempotent-Replayed")}, path)
		}
		kid := s.manage(caller, http.MethodPost, "/keys/rotate", `{"alg":"ES256"}`, "Idempotency-Key", "/keys/rotate").json(t)["kid"].(string)
		assert.Contains(t, s.get("/oauth/jwks").body, kid, "this server knows the new key at once")

		// The right to act is asked for each time.
		s.command("client", "update", "ops", "--scope", "gatehouse:keys:read")
		s.soon(func() bool { return create(caller, "one", body).status == http.StatusForbidden }, "the scope was withdrawn")
		assert.NotContains(t, storagetest.Dump(t, databaseURL), secret)
	})
}

// A client that has the id of one that was deleted is another caller: it must not read what was answered
// to its namesake.
func TestANamesakeDoesNotGetTheResponsesOfADeletedClient(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		first := basic("ops", s.manager("ops", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(first, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
		create := func(caller string) response {
			return s.manage(caller, http.MethodPost, "/oauth/clients", `{"client_name":"Billing","grant_types":["client_credentials"]}`, "Idempotency-Key", "key")
		}
		before := create(first)
		require.Equal(t, http.StatusCreated, before.status, before.body)
		s.command("client", "update", "ops", "--name", "Operations")
		s.soon(func() bool {
			return strings.Contains(s.manage(first, http.MethodGet, "/oauth/clients/ops", "").body, "Operations")
		}, "the change is unknown")
		assert.Equal(t, before.body, create(first).body, "a change of the registration makes no other caller of it")

		s.command("client", "delete", "ops")
		second := basic("ops", s.manager("ops", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(second, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
		after := create(second)
		require.Equal(t, http.StatusCreated, after.status, after.body)
		assert.Empty(t, after.header.Get("Idempotent-Replayed"))
		assert.NotEqual(t, before.json(t)["client_id"], after.json(t)["client_id"])
		assert.NotContains(t, after.body, before.json(t)["client_secret"])
		assert.Equal(t, "true", create(second).header.Get("Idempotent-Replayed"))

		// Whoever imports a client chooses when it was registered.
		registered := s.manage(second, http.MethodGet, "/oauth/clients/ops", "").json(t)
		s.command("client", "delete", "ops")
		registered["client_secret"] = "the-secret-of-a-client-that-was-imported"
		line, err := json.Marshal(registered)
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), "clients.jsonl")
		require.NoError(t, os.WriteFile(file, line, 0o600))
		s.command("import", "clients", file, "--allow-management", "ops")
		third := basic("ops", registered["client_secret"].(string))
		s.soon(func() bool { return s.manage(third, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
		imported := create(third)
		require.Equal(t, http.StatusCreated, imported.status, imported.body)
		assert.Empty(t, imported.header.Get("Idempotent-Replayed"))
		assert.Equal(t, registered["created_at"], s.manage(third, http.MethodGet, "/oauth/clients/ops", "").json(t)["created_at"])
	})
}

func TestConcurrentRepeatsHaveOneEffect(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
		bodies := make([]string, 12)
		var wg sync.WaitGroup
		for i := range bodies {
			wg.Go(func() {
				got := s.manage(caller, http.MethodPost, "/oauth/clients", `{"client_name":"Once","grant_types":["client_credentials"]}`, "Idempotency-Key", "race")
				assert.Equal(t, http.StatusCreated, got.status, got.body)
				bodies[i] = got.body
			})
		}
		wg.Wait()
		for _, body := range bodies {
			assert.Equal(t, bodies[0], body)
		}
		assert.Equal(t, 1, strings.Count(s.manage(caller, http.MethodGet, "/oauth/clients", "").body, `"Once"`))
		assert.Equal(t, 1, strings.Count(s.manage(caller, http.MethodGet, "/audit-logs?actor=ops", "").body, `"client.create"`))
	})
}
