package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// The subject of a user is the same in all tokens and responses: a random UUID, or the user ID
// for accounts created before subjects were stored.
func TestSubjectIsConsistent(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithRefresh(t, databaseURL)
		trusted := s.client("trusted", "--grant-type", "password", "--first-party", "--scope", "openid", "--access-token-format", "jwt")
		var user struct{ ID, Sub string }
		require.NoError(t, json.Unmarshal(s.command("user", "get", "alice", "--json"), &user))
		assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, user.Sub, "a random UUID")
		for _, want := range []string{user.Sub, user.ID} {
			if want == user.ID {
				storagetest.Exec(t, databaseURL, "UPDATE users SET subject = NULL")
			}
			p := s.userAgent(t)
			tokens := s.exchange(secret, p.signIn(url.Values{"scope": {"openid offline_access"}}).Get("code"), nil).json(t)
			hint := tokens["id_token"].(string)
			assert.Equal(t, want, claim(t, hint, "sub"))
			assert.Equal(t, want, s.userInfo(tokens["access_token"].(string)).json(t)["sub"])
			for _, kind := range []string{"access_token", "refresh_token"} {
				got := s.post("/oauth/introspect", "app", secret, url.Values{"token": {tokens[kind].(string)}}).json(t)
				assert.Equal(t, want, got["sub"], kind)
			}
			refreshed := s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}}).json(t)
			assert.Equal(t, want, claim(t, refreshed["id_token"].(string), "sub"))

			direct := s.post("/oauth/token", "trusted", trusted, url.Values{"grant_type": {"password"}, "scope": {"openid"}, "username": {"alice"}, "password": {"wonderland"}}).json(t)
			assert.Equal(t, want, claim(t, direct["id_token"].(string), "sub"))
			assert.Equal(t, want, claim(t, direct["access_token"].(string), "sub"), "JWT")

			// Requests can name the user by it.
			silent := url.Values{"prompt": {"none"}, "scope": {"openid"}, "id_token_hint": {hint}}
			assert.NotEmpty(t, returned(t, p.authorize(silent)).Get("code"))
			silent = url.Values{"prompt": {"none"}, "scope": {"openid"}, "claims": {`{"id_token":{"sub":{"value":"` + want + `"}}}`}}
			assert.NotEmpty(t, returned(t, p.authorize(silent)).Get("code"))
			got := p.open("/oauth/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://app.example.test/bye"}}.Encode())
			assert.Equal(t, http.StatusSeeOther, got.status, got.body)
			assert.Equal(t, "login_required", returned(t, p.authorize(url.Values{"prompt": {"none"}})).Get("error"))
		}
	})
}
