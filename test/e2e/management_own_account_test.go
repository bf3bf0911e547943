package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// What people do on their account page an administrator does by the API.
func TestManagementOfApplicationsAndDeletions(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		reader := basic("reader", s.manager("reader", audit.ReadScope("consents"), audit.ReadScope("users")))
		connectApps(t, databaseURL, "alice", 2)
		s.soon(func() bool { return s.manage(reader, http.MethodGet, "/users", "").status == http.StatusOK }, "the client is unknown")
		alice := s.manage(reader, http.MethodGet, "/users?username=alice", "").json(t)["users"].([]any)[0].(map[string]any)["id"].(string)
		apps := "/users/" + alice + "/applications"
		list := func() []any { return s.manage(reader, http.MethodGet, apps, "").json(t)["applications"].([]any) }
		require.Len(t, list(), 2)
		first := list()[0].(map[string]any)
		assert.Equal(t, []any{"app-0", "Application 0", []any{"email", "openid"}, 0.0}, []any{first["client_id"], first["client_name"], first["scopes"], first["sign_ins"]})
		assert.Equal(t, http.StatusForbidden, s.manage(reader, http.MethodDelete, apps+"/app-0", "").status)
		require.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodDelete, apps+"/app-0", "").status)
		assert.Len(t, list(), 1)
		assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodDelete, apps+"/app-0", "").status)
		assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodDelete, apps+"/nothing", "").status)

		deletion := "/users/" + alice + "/deletion"
		at := func(in time.Duration) string {
			return `{"delete_at":"` + time.Now().Add(in).UTC().Format(time.RFC3339) + `"}`
		}
		for _, wrong := range []string{at(-time.Hour), at(367 * 24 * time.Hour), `{"delete_at":"soon"}`, `{}`} {
			assert.Equal(t, http.StatusBadRequest, s.manage(caller, http.MethodPut, deletion, wrong).status, wrong)
		}
		assert.Equal(t, http.StatusForbidden, s.manage(reader, http.MethodPut, deletion, at(time.Hour)).status)
		before := s.manage(reader, http.MethodGet, "/users/"+alice, "")
		got := s.manage(caller, http.MethodPut, deletion, at(time.Hour))
		require.Equal(t, http.StatusOK, got.status, got.body)
		assert.NotEmpty(t, got.json(t)["delete_at"])
		assert.Equal(t, http.StatusPreconditionFailed, s.manage(caller, http.MethodPatch, "/users/"+alice, `{"name":"A"}`, "If-Match", before.header.Get("ETag")).status)
		assert.Len(t, s.manage(reader, http.MethodGet, "/users?deleting=true", "").json(t)["users"], 1)
		assert.Empty(t, s.manage(reader, http.MethodGet, "/users?deleting=false", "").json(t)["users"])
		assert.Equal(t, http.StatusForbidden, s.manage(reader, http.MethodDelete, deletion, "").status)
		require.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodDelete, deletion, "").status)
		assert.NotContains(t, s.manage(reader, http.MethodGet, "/users/"+alice, "").body, "delete_at")
	})
}
