package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// A role lets its users sign in to a client, and ends what the client has in a user's name at once when it
// is taken, from the user or from the client. A client whose last group was taken is for nobody.
func TestGroupsOfAClient(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithRefresh(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		reader := basic("reader", s.manager("reader", audit.ReadScope("clients")))
		s.soon(func() bool { return s.manage(reader, http.MethodGet, "/oauth/clients", "").status == http.StatusOK }, "the client is unknown")
		change := func(method, group string) {
			t.Helper()
			got := s.manage(caller, method, "/oauth/clients/app/groups/"+group, "")
			require.Equal(t, http.StatusNoContent, got.status, got.body)
		}
		listed := func() map[string]any {
			return s.manage(reader, http.MethodGet, "/oauth/clients/app/groups", "").json(t)
		}
		p := s.userAgent(t)
		obtain := func(answer url.Values) (access, refresh string) {
			t.Helper()
			tokens := s.exchange(secret, answer.Get("code"), nil).json(t)
			return tokens["access_token"].(string), tokens["refresh_token"].(string)
		}
		refreshed := func(token string) any {
			return s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}).json(t)["error"]
		}
		asked := func() url.Values {
			return returned(t, p.follow(p.authorize(url.Values{"scope": {"openid offline_access"}})))
		}
		refused := func() { t.Helper(); assert.Equal(t, "access_denied", returned(t, p.authorize(nil)).Get("error")) }

		assert.Equal(t, map[string]any{"restricted": false, "groups": []any{}}, listed())
		s.command("user", "set-roles", "alice", "editor")
		change(http.MethodPut, "editor")
		change(http.MethodPut, "editor")
		assert.Equal(t, map[string]any{"restricted": true, "groups": []any{"editor"}}, listed())
		access, refresh := obtain(p.signIn(url.Values{"scope": {"openid offline_access"}}))
		require.True(t, s.active("app", secret, access))

		s.command("user", "set-roles", "alice", "reader")
		assert.False(t, s.active("app", secret, access), "the role was taken from the user")
		assert.Equal(t, "invalid_grant", refreshed(refresh))
		refused()
		change(http.MethodPut, "reader")
		access, refresh = obtain(asked())
		unused := asked().Get("code")
		change(http.MethodDelete, "editor")
		require.True(t, s.active("app", secret, access), "another group")
		change(http.MethodDelete, "reader")
		assert.False(t, s.active("app", secret, access), "the role was taken from the client")
		assert.Equal(t, "invalid_grant", refreshed(refresh))
		assert.Equal(t, "invalid_grant", s.exchange(secret, unused, nil).json(t)["error"], "a code of before")
		refused()
		assert.Equal(t, map[string]any{"restricted": true, "groups": []any{}}, listed())
		change(http.MethodPut, "everyone")
		access, _ = obtain(asked())
		assert.True(t, s.active("app", secret, access))

		for _, tc := range []struct {
			caller, method, path string
			want                 int
		}{
			{"", http.MethodGet, "app/groups", http.StatusUnauthorized},
			{reader, http.MethodPut, "app/groups/editor", http.StatusForbidden},
			{reader, http.MethodDelete, "app/groups/everyone", http.StatusForbidden},
			{caller, http.MethodDelete, "app/groups/nobody", http.StatusNotFound},
			{caller, http.MethodGet, "nothing/groups", http.StatusNotFound},
			{caller, http.MethodPut, "nothing/groups/editor", http.StatusNotFound},
			{caller, http.MethodPut, "app/groups/Editor", http.StatusBadRequest},
			{caller, http.MethodPut, "app/groups/%25", http.StatusBadRequest},
			{caller, http.MethodPut, "app/groups/a%20b", http.StatusBadRequest},
			{caller, http.MethodPut, "app/groups/a%00b", http.StatusNotFound},
			{caller, http.MethodPut, "app/groups/'%20OR%201=1%20--", http.StatusBadRequest},
			{caller, http.MethodPut, "app/groups/" + strings.Repeat("a", 51), http.StatusBadRequest},
		} {
			got := s.manage(tc.caller, tc.method, "/oauth/clients/"+tc.path, "")
			assert.Equal(t, tc.want, got.status, "%s %s: %s", tc.method, tc.path, got.body)
		}
		assert.Equal(t, map[string]any{"restricted": true, "groups": []any{"everyone"}}, listed())
		records := s.manage(caller, http.MethodGet, "/audit-logs?action=client.disallow_group", "").body
		assert.Contains(t, records, `"group":{"before":"reader","after":null}`)
	})
}
