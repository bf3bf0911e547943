package e2e_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever is taken off the list is out at once, and the list that is empty then opens nothing.
func TestARemovedUserIsOutAndAnEmptyListIsForNobody(t *testing.T) {
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
		assert.Equal(t, "access_denied", returned(t, p.authorize(nil)).Get("error"), "nobody is named")
		s.command("client", "users", "add", "app", "alice")
		assert.Equal(t, "invalid_grant", refreshed(), "what has ended does not come back")
		assert.NotEmpty(t, returned(t, p.follow(p.authorize(url.Values{"scope": {"openid"}}))).Get("code"), "still signed in")
		s.command("client", "users", "remove", "app", "alice")
		s.command("client", "update", "app", "--restricted=false")
		assert.NotEmpty(t, returned(t, p.authorize(url.Values{"scope": {"openid"}})).Get("code"))
	})
}
