package e2e_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// A client with pairwise subjects and signed UserInfo, as go-oidc knows it: the same subject everywhere, found by an
// operator, and good as a hint to sign in and out by.
func TestPairwiseClientByLibrary(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		secret := s.client("shop", "--redirect-uri", callback, "--post-logout-redirect-uri", "https://app.example.test/bye", "--grant-type", "refresh_token",
			"--subject-type", "pairwise", "--userinfo-alg", "ES256")
		ctx := oidc.ClientContext(context.Background(), &http.Client{Transport: toServer{s.url}})
		provider, err := oidc.NewProvider(ctx, issuer)
		require.NoError(t, err)
		var user struct{ ID, Sub string }
		require.NoError(t, json.Unmarshal(s.command("user", "get", "alice", "--json"), &user))

		p := s.userAgent(t)
		of := url.Values{"client_id": {"shop"}, "scope": {"openid email"}}
		code := p.signIn(of).Get("code")
		tokens := s.post("/oauth/token", "shop", secret, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}).json(t)
		hint := tokens["id_token"].(string)
		idToken, err := provider.Verifier(&oidc.Config{ClientID: "shop"}).Verify(ctx, hint)
		require.NoError(t, err)
		sub := idToken.Subject
		assert.Regexp(t, `^_[A-Za-z0-9_-]{43}$`, sub)
		access := tokens["access_token"].(string)
		info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: access}))
		require.NoError(t, err, "whose signature the library verifies")
		assert.Equal(t, sub, info.Subject)
		assert.Equal(t, "alice@example.com", info.Email)
		plain := s.userInfo(access)
		assert.Equal(t, "application/jwt", plain.header.Get("Content-Type"))
		assert.Equal(t, "no-store", plain.header.Get("Cache-Control"))
		assert.Equal(t, sub, s.post("/oauth/introspect", "shop", secret, url.Values{"token": {access}}).json(t)["sub"])
		assert.NotContains(t, hint+plain.body, user.Sub)

		var found struct{ ID string }
		require.NoError(t, json.Unmarshal(s.command("user", "get", sub, "--json"), &found))
		assert.Equal(t, user.ID, found.ID)

		silent := url.Values{"client_id": {"shop"}, "prompt": {"none"}, "scope": {"openid email"}, "id_token_hint": {hint}}
		assert.NotEmpty(t, returned(t, p.authorize(silent)).Get("code"))
		got := p.open("/oauth/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://app.example.test/bye"}}.Encode())
		assert.Equal(t, http.StatusSeeOther, got.status, got.body)
		assert.Equal(t, "login_required", returned(t, p.authorize(silent)).Get("error"))
	})
}
