package e2e_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/factor"
	"github.com/gatehouse-id/gatehouse/storage"
)

// An administrator sees which factors a user has, and removes them; nobody sees a secret.
func TestManagementOfFactors(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		store, err := storage.Open(t.Context(), storage.Options{URL: databaseURL, Clock: time.Now, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		t.Cleanup(func() { _ = store.Close() })
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		reader := basic("reader", s.manager("reader", audit.ReadScope("users")))
		support := basic("support", s.manager("support", audit.ReadScope("users"), audit.WriteScope("users")))
		s.soon(func() bool { return s.manage(support, http.MethodGet, "/users", "").status == http.StatusOK }, "the client is unknown")
		ids := map[string]string{}
		for name, roles := range map[string]string{"alice": `[]`, "root": `["admin"]`} {
			created := s.manage(caller, http.MethodPost, "/admin/users", `{"username":"`+name+`","email":"`+name+`@example.com","plainPassword":"wonderland","roles":`+roles+`}`)
			require.Equal(t, http.StatusCreated, created.status, created.body)
			ids[name] = created.json(t)["id"].(string)
			id, err := provider.ParseID(ids[name])
			require.NoError(t, err)
			require.NoError(t, store.SetTOTP(t.Context(), id, factor.StoredTOTP{Sealed: []byte("\x01secret"), CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}))
		}
		path := "/users/" + ids["alice"] + "/factors"
		read := s.manage(reader, http.MethodGet, path, "")
		require.Equal(t, http.StatusOK, read.status, read.body)
		assert.JSONEq(t, `{"kinds":["totp"],"totp":{"created_at":"2026-01-02T03:04:05Z"}}`, read.body)
		before := s.manage(reader, http.MethodGet, "/users/"+ids["alice"], "")
		assert.Equal(t, []any{"totp"}, before.json(t)["factors"])
		assert.Equal(t, http.StatusForbidden, s.manage(reader, http.MethodDelete, path, "").status)
		assert.Equal(t, http.StatusForbidden, s.manage(support, http.MethodDelete, "/users/"+ids["root"]+"/factors", "").status, "an administrator of more than users")
		for _, method := range []string{http.MethodGet, http.MethodDelete} {
			assert.Equal(t, http.StatusNotFound, s.manage(support, method, "/users/01900000-0000-7000-8000-000000000000/factors", "").status)
		}
		for range 2 { // the second one changes nothing
			assert.Equal(t, http.StatusNoContent, s.manage(support, http.MethodDelete, path, "").status)
		}
		assert.Equal(t, []any{}, s.manage(reader, http.MethodGet, "/users/"+ids["alice"], "").json(t)["factors"])
		stale := s.manage(caller, http.MethodPatch, "/users/"+ids["alice"], `{"name":"A"}`, "If-Match", before.header.Get("ETag"))
		assert.Equal(t, http.StatusPreconditionFailed, stale.status, "whoever has read the user as it was: %s", stale.body)
		assert.JSONEq(t, `{"kinds":[]}`, s.manage(reader, http.MethodGet, path, "").body)
		records := s.manage(caller, http.MethodGet, "/audit-logs?action=factor.reset", "").body
		assert.Equal(t, 1, strings.Count(records, `"factor.reset"`), records)
		assert.Contains(t, records, ids["alice"])
	})
}
