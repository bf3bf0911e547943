package e2e_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

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
		posted := make(chan string, 1)
		receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { posted <- r.PostFormValue("logout_token") }))
		t.Cleanup(receiver.Close)
		s := prepare(t, databaseURL)
		s.env = append(s.env, "GATEHOUSE_OUTBOUND_ALLOW=127.0.0.1")
		s.run()
		s.stdin("wonderland\n", "user", "create", "alice", "--email", "alice@example.com", "--password-stdin")
		public := s.client("app", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid profile email offline_access")
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

		// Nor does the name of the session, which every client learns, tell whose subjects are of one person.
		sid := func(text string) (name string) {
			claims := map[string]any{}
			token, err := provider.Verifier(&oidc.Config{SkipClientIDCheck: true}).Verify(ctx, text)
			require.NoError(t, err)
			require.NoError(t, token.Claims(&claims))
			return claims["sid"].(string)
		}
		page := p.authorize(nil)
		open := s.exchange(public, returned(t, p.agree(page, true)).Get("code"), nil).json(t)["id_token"].(string)
		assert.Regexp(t, `^_[A-Za-z0-9_-]{43}$`, sid(hint))
		assert.Regexp(t, `^[0-9a-f-]{36}$`, sid(open))
		told := s.client("told", "--redirect-uri", callback, "--subject-type", "pairwise", "--post-logout-redirect-uri", "https://app.example.test/bye",
			"--frontchannel-logout-uri", "https://app.example.test/out", "--frontchannel-logout-session-required", "--backchannel-logout-uri", receiver.URL)
		other := s.userAgent(t)
		code = other.signIn(url.Values{"client_id": {"told"}, "scope": {"openid"}}).Get("code")
		named := s.post("/oauth/token", "told", told, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}).json(t)["id_token"].(string)
		frames := other.open("/oauth/logout?" + url.Values{"id_token_hint": {named}}.Encode())
		assert.Contains(t, frames.body, "sid="+sid(named), "in the frame")
		select {
		case text := <-posted:
			assert.Equal(t, sid(named), sid(text), "in the logout token")
		case <-time.After(10 * time.Second):
			t.Fatal("the client is not told")
		}

		silent := url.Values{"client_id": {"shop"}, "prompt": {"none"}, "scope": {"openid email"}, "id_token_hint": {hint}}
		assert.NotEmpty(t, returned(t, p.authorize(silent)).Get("code"))
		got := p.open("/oauth/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://app.example.test/bye"}}.Encode())
		assert.Equal(t, http.StatusSeeOther, got.status, got.body)
		assert.Equal(t, "login_required", returned(t, p.authorize(silent)).Get("error"))
	})
}
