package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

func TestWhoMayUseAClientIsManagedThroughTheAPI(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		caller := basic("ops", s.manager("ops", "gatehouse:clients:read", "gatehouse:clients:write"))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/oauth/clients/app", "").status == http.StatusOK }, "the client is unknown")
		id := s.userID("alice")
		const users = "/oauth/clients/app/users"
		open := s.manage(caller, http.MethodGet, users, "").json(t)
		assert.Equal(t, []any{false, []any{}}, []any{open["restricted"], open["usernames"]})
		require.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodPut, users+"/"+id, "").status)
		named := s.manage(caller, http.MethodGet, users, "").json(t)
		assert.Equal(t, []any{true, []any{"alice"}}, []any{named["restricted"], named["usernames"]})
		require.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodDelete, users+"/"+id, "").status)
		assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodDelete, users+"/"+id, "").status)
		assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodPut, "/oauth/clients/nothing/users/"+id, "").status)
	})
}

// What anyone reads under an error_uri is not all: an administrator reads the record, and nobody else.
func TestErrorsAreExplainedToAdministrators(t *testing.T) {
	t.Parallel()
	s, secret := startWithUser(t, "sqlite://"+t.TempDir()+"/test.db")
	caller := basic("ops", s.manager("ops", audit.ReadScope("errors"), audit.ReadScope("limits")))
	s.soon(func() bool { return s.manage(caller, http.MethodGet, "/oauth/rate-limits", "").status == http.StatusOK }, "the client is unknown")
	refused := s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"client_credentials"}})
	id := path.Base(refused.json(t)["error_uri"].(string))
	record := s.manage(caller, http.MethodGet, "/errors/"+id, "")
	require.Equal(t, http.StatusOK, record.status, record.body)
	assert.Equal(t, []any{"client_grant_type", "app", "/oauth/token"}, []any{record.json(t)["check"], record.json(t)["client_id"], record.json(t)["route"]})
	assert.NotContains(t, s.get("/errors/"+id).body, "client_grant_type")
	assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodGet, "/errors/made-up", "").status)
	limits := s.manage(caller, http.MethodGet, "/oauth/rate-limits", "").json(t)["limits"].([]any)
	assert.Contains(t, limits[0], "policy")
}

func (s *server) userID(name string) string {
	s.t.Helper()
	var user struct{ ID string }
	require.NoError(s.t, json.Unmarshal(s.command("user", "get", name, "--json"), &user))
	return user.ID
}
