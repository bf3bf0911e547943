package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Sessions and tokens listed and ended on the command line end at once.
func TestOperatorEndsSessionsAndTokens(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithRefresh(t, databaseURL)
		signIn := func() (p *userAgent, access, refresh string) {
			p = s.userAgent(t)
			got := s.exchange(secret, p.signIn(url.Values{"scope": {"openid offline_access"}}).Get("code"), nil).json(t)
			return p, got["access_token"].(string), got["refresh_token"].(string)
		}
		signedIn := func(p *userAgent) bool {
			return returned(t, p.authorize(url.Values{"prompt": {"none"}, "scope": {"openid"}})).Get("error") != "login_required"
		}
		ids := func(args ...string) []string {
			var rows []struct{ ID string }
			require.NoError(t, json.Unmarshal(s.command(append(args, "--json")...), &rows))
			list := make([]string, len(rows))
			for i, r := range rows {
				list[i] = r.ID
			}
			return list
		}
		refreshable := func(refresh string) bool {
			got := s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
			return got.status == http.StatusOK
		}

		one, access, refresh := signIn()
		two, _, _ := signIn()
		sessions := ids("session", "list", "--user", "alice")
		require.Len(t, sessions, 2)
		s.command("session", "end", sessions[1]) // the older one
		assert.False(t, signedIn(one))
		assert.True(t, signedIn(two))
		assert.Len(t, ids("session", "list", "--user", "alice"), 1)
		assert.Len(t, ids("session", "list", "--user", "alice", "--all"), 2)
		assert.True(t, s.active("app", secret, access), "a token with offline_access outlives the session")
		s.command("session", "end", "--user", "alice@example.com")
		assert.False(t, signedIn(two))
		assert.Empty(t, ids("session", "list", "--user", "alice"))

		tokens := ids("token", "list", "--user", "alice")
		require.NotEmpty(t, tokens)
		s.command("token", "revoke", "--id", tokens[len(tokens)-1])
		assert.False(t, s.active("app", secret, access))
		assert.False(t, refreshable(refresh), "must not be refreshable")

		three, access, refresh := signIn()
		s.command("token", "revoke", "--user", "alice")
		assert.False(t, s.active("app", secret, access))
		assert.False(t, refreshable(refresh))
		assert.True(t, signedIn(three), "token revoke must not end sessions")

		_, access, refresh = signIn()
		s.command("user", "delete", "alice", "--yes")
		assert.False(t, s.active("app", secret, access))
		assert.False(t, refreshable(refresh))
		assert.False(t, signedIn(three))
		assert.Equal(t, http.StatusUnauthorized, s.userInfo(access).status)
	})
}
