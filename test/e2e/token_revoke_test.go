package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Revoking a token by its id ends what can be refreshed, also where the refresh token was issued with
// an earlier one.
func TestRevokingByIDEndsRefreshing(t *testing.T) {
	t.Parallel()
	for _, rotation := range []string{"rotate", "reuse"} {
		databases(t, func(t *testing.T, databaseURL string) {
			s, secret := startWithRefresh(t, databaseURL)
			s.command("client", "update", "app", "--refresh-token-rotation", rotation)
			var tokens map[string]any
			refresh := func() response {
				got := s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}})
				if got.status == http.StatusOK {
					tokens = got.json(t)
				}
				return got
			}
			s.soon(func() bool {
				tokens = s.exchange(secret, s.userAgent(t).signIn(url.Values{"scope": {"openid offline_access"}}).Get("code"), nil).json(t)
				before := tokens["refresh_token"]
				require.Equal(t, http.StatusOK, refresh().status)
				return (tokens["refresh_token"] == before) == (rotation == "reuse")
			}, "the client is not updated")
			var listed []struct{ ID string }
			require.NoError(t, json.Unmarshal(s.command("token", "list", "--client", "app", "--limit", "1", "--json"), &listed))
			s.command("token", "revoke", "--id", listed[0].ID)
			assert.Equal(t, "invalid_grant", refresh().json(t)["error"], rotation)
		})
	}
}
