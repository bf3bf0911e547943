package e2e_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// What was issued, agreed to and signed in with is seen and ended through the API.
func TestTokensConsentsAndSessionsAreManagedThroughTheAPI(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithRefresh(t, databaseURL)
		caller := basic("ops", s.manager("ops", audit.AllScopes()...))
		s.soon(func() bool { return s.manage(caller, http.MethodGet, "/keys", "").status == http.StatusOK }, "the client is unknown")
		p := s.userAgent(t)
		tokens := s.exchange(secret, p.signIn(url.Values{"scope": {"openid offline_access"}}).Get("code"), nil).json(t)
		access := tokens["access_token"].(string)

		listed := s.manage(caller, http.MethodGet, "/oauth/tokens?client_id=app&limit=1", "").json(t)
		first := listed["tokens"].([]any)[0].(map[string]any)
		assert.Equal(t, []any{"app", "alice", "active"}, []any{first["client_id"], first["username"], first["state"]})
		assert.NotContains(t, fmt.Sprint(listed), access)
		assert.NotEmpty(t, listed["next_cursor"])
		userID := first["user_id"].(string)

		require.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodPost, "/oauth/tokens/revoke", fmt.Sprintf(`{"token":%q}`, access)).status)
		assert.Equal(t, http.StatusUnauthorized, s.userInfo(access).status)
		assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodPost, "/oauth/tokens/revoke", `{"token":"gh_at_x"}`).status)
		assert.Equal(t, http.StatusBadRequest, s.manage(caller, http.MethodPost, "/oauth/tokens/revoke", `{}`).status)
		assert.Equal(t, http.StatusBadRequest, s.manage(caller, http.MethodPost, "/oauth/tokens/bulk-revoke", `{}`).status, "not everything of everyone")

		consents := s.manage(caller, http.MethodGet, "/oauth/consents?user_id="+userID, "")
		require.Equal(t, http.StatusOK, consents.status, consents.body)
		withdraw := "/oauth/consents?client_id=app&user_id=" + userID
		assert.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodDelete, withdraw, "").status)
		assert.Equal(t, http.StatusNotFound, s.manage(caller, http.MethodDelete, withdraw, "").status)
		refresh := s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}})
		assert.Equal(t, "invalid_grant", refresh.json(t)["error"])

		sessions := s.manage(caller, http.MethodGet, "/oauth/sessions?user_id="+userID, "").json(t)["sessions"].([]any)
		require.Len(t, sessions, 1)
		path := "/oauth/sessions/" + sessions[0].(map[string]any)["id"].(string)
		assert.Equal(t, http.StatusNoContent, s.manage(caller, http.MethodDelete, path, "").status)
		assert.False(t, p.in(), "the browser is signed out")
	})
}
