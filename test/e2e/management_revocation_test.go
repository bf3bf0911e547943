package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// What was authorized before a time ends wherever a token is checked, with what was issued under it
// since; what was authorized later goes on (compare Keycloak CVE-2026-8922).
func TestRevocationBeforeATimeIsSeenEverywhere(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithRefresh(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
		signIn := func() map[string]any {
			return s.exchange(secret, s.userAgent(t).signIn(url.Values{"scope": {"openid offline_access"}}).Get("code"), nil).json(t)
		}
		refresh := func(of map[string]any) map[string]any {
			return s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {of["refresh_token"].(string)}}).json(t)
		}
		active := func(token any) bool {
			return s.post("/oauth/introspect", "app", secret, url.Values{"token": {token.(string)}}).json(t)["active"] == true
		}
		old := signIn()
		time.Sleep(20 * time.Millisecond)
		moment := time.Now()
		time.Sleep(20 * time.Millisecond)
		refreshed := refresh(old) // under the old grant, after the time
		fresh := signIn()
		require.True(t, active(refreshed["access_token"]))

		revoke := func(body string) response {
			return s.manage(caller, http.MethodPost, "/oauth/tokens/bulk-revoke", body)
		}
		before := moment.Format(time.RFC3339Nano)
		none := revoke(fmt.Sprintf(`{"before":%q,"scope":"email"}`, before)).json(t)
		assert.Equal(t, []any{0.0, 0.0}, []any{none["grants_ended"], none["tokens_ended"]}, "both conditions must be met")
		done := revoke(fmt.Sprintf(`{"before":%q}`, before)).json(t)
		assert.Equal(t, []any{1.0, 2.0}, []any{done["grants_ended"], done["tokens_ended"]})
		for _, token := range []any{old["access_token"], refreshed["access_token"], refreshed["refresh_token"]} {
			assert.False(t, active(token))
		}
		assert.Equal(t, http.StatusUnauthorized, s.userInfo(refreshed["access_token"].(string)).status)
		assert.Equal(t, "invalid_grant", refresh(refreshed)["error"])
		assert.True(t, active(fresh["access_token"]))
		assert.Equal(t, http.StatusOK, s.userInfo(fresh["access_token"].(string)).status)
		records := s.manage(caller, http.MethodGet, "/audit-logs?action=token.revoke", "").json(t)["records"].([]any)
		require.Len(t, records, 1, "nothing ended, nothing recorded")

		tokens := func(query string) (list []map[string]any) {
			t.Helper()
			got := s.manage(caller, http.MethodGet, "/oauth/tokens?"+query, "")
			require.Equal(t, http.StatusOK, got.status, got.body)
			for _, one := range got.json(t)["tokens"].([]any) {
				list = append(list, one.(map[string]any))
			}
			return list
		}
		assert.Len(t, tokens("client_id=app"), 3)
		require.Len(t, tokens("client_id=app&active=true"), 1)
		listed := tokens("active=true&scope=offline_access")
		require.Len(t, listed, 1)
		session := listed[0]["session_id"].(string)
		assert.Len(t, tokens("session_id="+session+"&user_id="+listed[0]["user_id"].(string)), 1)
		assert.Empty(t, tokens("scope=offline"), "a part of a name is another scope")

		shown := s.manage(caller, http.MethodGet, "/oauth/sessions/"+session, "").json(t)
		assert.Equal(t, []any{session, "alice", "live", "127.0.0.1"}, []any{shown["id"], shown["username"], shown["state"], shown["address"]})
		assert.NotEmpty(t, shown["user_agent"])
		assert.NotEmpty(t, shown["device"])
		ended := s.manage(caller, http.MethodPost, "/oauth/tokens/bulk-revoke", fmt.Sprintf(`{"session_id":%q}`, session)).json(t)
		assert.InDelta(t, 1, ended["grants_ended"], 0)
		assert.False(t, active(fresh["access_token"]))
		all := s.manage(caller, http.MethodDelete, "/oauth/sessions?user_id="+shown["user_id"].(string), "")
		assert.InDelta(t, 2, all.json(t)["sessions_ended"], 0)

		for _, body := range []string{
			`{"client_id":"","scope":"openid"}`, `{"client_id":"app","scope":""}`, `{"client_id":"app","user_id":"00000000-0000-0000-0000-000000000000"}`,
			`{}`, `{"before":"0001-01-01T00:00:00Z","client_id":"app"}`, `{"before":"2999-01-01T00:00:00Z"}`, `{"before":"yesterday"}`, `{"session_id":"x"}`, `{"scope":"a b"}`, `{"scope":"\u0000"}`, `{"client_id":"\u0000"}`,
		} {
			assert.Equal(t, http.StatusBadRequest, revoke(body).status, body)
		}
		for _, query := range []string{"scope=a%20b", "scope=%00", "client_id=%00", "session_id=x", "active=maybe", "cursor=x"} {
			assert.Equal(t, http.StatusBadRequest, s.manage(caller, http.MethodGet, "/oauth/tokens?"+query, "").status, query)
		}
		assert.Equal(t, http.StatusBadRequest, s.manage(caller, http.MethodDelete, "/oauth/sessions", "").status)
		assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodGet, "/oauth/sessions/"+listed[0]["id"].(string), "").status)
	})
}
