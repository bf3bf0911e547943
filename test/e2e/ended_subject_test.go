package e2e_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// What names a user names nobody else, now or later: neither another user nor a client.
func TestASubjectIsNeverGivenAgain(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/users", "").status == http.StatusOK }, "the client is unknown")
		created := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"alice"}`)
		require.Equal(t, http.StatusCreated, created.status, created.body)
		id, subject := created.json(t)["id"].(string), created.json(t)["sub"].(string)
		refused := func(when string) {
			t.Helper()
			for _, taken := range []string{id, subject} {
				got := s.manage(caller, http.MethodPost, "/oauth/clients", fmt.Sprintf(`{"client_id":%q,"grant_types":["client_credentials"]}`, taken), "Idempotency-Key", when+taken)
				assert.Equal(t, http.StatusBadRequest, got.status, "%s: %s", when, got.body)
				assert.Contains(t, got.body, `"pointer":"/client_id"`)
				assert.Contains(t, got.body, "the subject or the id of a user")
				assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodGet, "/oauth/clients/"+taken, "").status)
			}
		}
		refused("while there is the user")
		require.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodDelete, "/users/"+id, "").status)
		refused("afterwards")

		again := s.manage(caller, http.MethodPost, "/admin/users", fmt.Sprintf(`{"username":"alice","id":%q,"sub":%q}`, id, subject))
		require.Equal(t, http.StatusCreated, again.status, again.body)
		assert.NotContains(t, []any{id, subject}, again.json(t)["id"], "read-only properties are not taken")
		assert.NotContains(t, []any{id, subject}, again.json(t)["sub"])
		assert.NotContains(t, s.manage(caller, http.MethodGet, "/audit-logs?action=client.create", "").body, subject)
	})
}
