package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// The log is exported page by page, the oldest record first, each once and in its place in the chain.
func TestManagementExportsTheAuditLog(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		caller := basic("auditor", s.manager("auditor", audit.ReadScope("audit")))
		for _, name := range []string{"a", "b", "c"} {
			s.command("scope", "create", name)
		}
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/audit-logs", "").status == http.StatusOK }, "the client is unknown")
		time.Sleep(2 * time.Second) // until the records are sealed
		var targets []string
		last := int64(0)
		for cursor := ""; ; {
			page := s.manage(caller, http.MethodGet, "/audit-logs/export?limit=2&cursor="+url.QueryEscape(cursor), "")
			require.Equal(t, http.StatusOK, page.status, page.body)
			assert.Equal(t, "application/jsonl", page.header.Get("Content-Type"))
			for line := range strings.Lines(page.body) {
				var r struct {
					Action   string
					Target   struct{ ID string }
					Sequence int64
					Hash     string
				}
				require.NoError(t, json.Unmarshal([]byte(line), &r), line)
				assert.Equal(t, last+1, r.Sequence)
				assert.NotEmpty(t, r.Hash)
				last = r.Sequence
				if r.Action == string(audit.ScopeCreate) {
					targets = append(targets, r.Target.ID)
				}
			}
			if cursor = page.header.Get("Next-Cursor"); cursor == "" {
				break
			}
		}
		assert.Subset(t, targets, []string{"a", "b", "c"})
		assert.Empty(t, s.manage(caller, http.MethodGet, "/audit-logs/export?since=2099-01-01T00:00:00Z", "").body)
		assert.Equal(t, http.StatusBadRequest, s.manage(caller, http.MethodGet, "/audit-logs/export?cursor=x", "").status)
		listed := s.manage(caller, http.MethodGet, "/audit-logs?target_id=b&until=2099-01-01T00:00:00Z", "").json(t)["records"].([]any)
		require.Len(t, listed, 1)
		assert.Equal(t, "scope.create", listed[0].(map[string]any)["action"])
	})
}
