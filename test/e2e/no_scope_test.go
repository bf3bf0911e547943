package e2e_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Libraries for plain OAuth 2.0 (passport-oauth2, Spring without a scope) send neither a scope nor
// anything of OpenID Connect, and then want to know who signed in.
func TestAnApplicationThatAsksForNothingLearnsWhoSignedIn(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := withPeople(t, databaseURL)
		secret := s.client("plain", "--redirect-uri", callback)
		p := s.person(t)
		ask := "/oauth/authorize?" + url.Values{"response_type": {"code"}, "redirect_uri": {callback}, "client_id": {"plain"}}.Encode()
		page := p.follow(p.login(p.open(ask), "wonderland"))
		assert.Contains(t, page.body, `id="consent-page"`)
		code := returned(t, p.agree(page, false)).Get("code")
		tokens := s.post("/oauth/token", "", "", url.Values{
			"grant_type": {"authorization_code"}, "redirect_uri": {callback}, "client_id": {"plain"}, "client_secret": {secret}, "code": {code},
		}).json(t)
		assert.Equal(t, "openid profile email", tokens["scope"])
		claims := s.userInfo(tokens["access_token"].(string)).json(t)
		assert.Equal(t, "alice", claims["preferred_username"])
		assert.NotEmpty(t, claims["email"])
	})
}
