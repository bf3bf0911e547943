package e2e_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Removal from the list of allowed users takes effect at once, and an empty list allows no user.
func TestRemovedUserLosesAccessAndEmptyListAllowsNoUser(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithRefresh(t, databaseURL)
		s.command("client", "users", "add", "app", "alice")
		p := s.userAgent(t)
		tokens := s.exchange(secret, p.signIn(url.Values{"scope": {"openid offline_access"}}).Get("code"), nil).json(t)
		access, refresh := tokens["access_token"].(string), tokens["refresh_token"].(string)
		require.True(t, s.active("app", secret, access))

		s.command("client", "users", "remove", "app", "alice")
		assert.False(t, s.active("app", secret, access))
		refreshed := func() any {
			return s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}}).json(t)["error"]
		}
		assert.Equal(t, "invalid_grant", refreshed())
		assert.Equal(t, "access_denied", returned(t, p.authorize(nil)).Get("error"), "the list is empty")
		s.command("client", "users", "add", "app", "alice")
		assert.Equal(t, "invalid_grant", refreshed(), "ended grants stay ended")
		assert.NotEmpty(t, returned(t, p.follow(p.authorize(url.Values{"scope": {"openid"}}))).Get("code"), "still signed in")
		s.command("client", "users", "remove", "app", "alice")
		s.command("client", "update", "app", "--restricted=false")
		assert.NotEmpty(t, returned(t, p.authorize(url.Values{"scope": {"openid"}})).Get("code"))
	})
}
