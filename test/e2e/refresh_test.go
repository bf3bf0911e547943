package e2e_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/gatehouse-id/gatehouse/provider/token"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

// startWithRefresh is startWithUser with a client that may use the refresh token grant.
func startWithRefresh(t *testing.T, databaseURL string) (s *server, secret string) {
	t.Helper()
	s, secret = startWithUser(t, databaseURL)
	s.command("client", "update", "app", "--add-grant-type", "refresh_token")
	eventually(t, func() bool { // the server loads the change
		return s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"x"}}).json(t)["error"] == "invalid_grant"
	})
	return s, secret
}

// eventually waits for a change by another process, documented to take at most 5 seconds.
func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 5*time.Second, 50*time.Millisecond)
}

// golang.org/x/oauth2 refreshes tokens automatically.
func TestRefreshByLibrary(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithRefresh(t, databaseURL)
		ctx := oidc.ClientContext(context.Background(), &http.Client{Transport: toServer{s.url}})
		provider, err := oidc.NewProvider(ctx, issuer)
		require.NoError(t, err)
		config := oauth2.Config{ClientID: "app", ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: callback}
		first, err := config.Exchange(ctx, s.userAgent(t).signIn(url.Values{"scope": {"openid offline_access"}}).Get("code"))
		require.NoError(t, err)
		require.NotEmpty(t, first.RefreshToken)
		first.Expiry = time.Now().Add(-time.Minute)
		second, err := config.TokenSource(ctx, first).Token()
		require.NoError(t, err)
		assert.NotEqual(t, first.AccessToken, second.AccessToken)
		assert.NotEqual(t, first.RefreshToken, second.RefreshToken)
		verifier := provider.Verifier(&oidc.Config{ClientID: "app"})
		before, err := verifier.Verify(ctx, first.Extra("id_token").(string))
		require.NoError(t, err)
		after, err := verifier.Verify(ctx, second.Extra("id_token").(string))
		require.NoError(t, err)
		require.NoError(t, after.VerifyAccessToken(second.AccessToken), "at_hash")
		assert.Equal(t, before.Subject, after.Subject)

		// A stolen database holds no usable secret afterwards.
		s.stop()
		dump := storagetest.Dump(t, databaseURL)
		for _, text := range []string{first.RefreshToken, second.RefreshToken, second.AccessToken} {
			assert.NotContains(t, dump, text)
			parsed, err := token.Parse(text)
			require.NoError(t, err)
			assert.NotContains(t, dump, string(parsed.Secret[:]))
			assert.NotContains(t, s.log.String(), text)
		}
	})
}

// Two servers behind one URL share all state.
func TestTwoServersShareState(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithRefresh(t, databaseURL)
		other := settings(t, databaseURL)
		other.run()
		p := s.userAgent(t)
		code := p.signIn(url.Values{"scope": {"openid offline_access"}}).Get("code")
		elsewhere := &userAgent{other, t, p.cookies}
		assert.NotEmpty(t, returned(t, elsewhere.authorize(url.Values{"prompt": {"none"}, "scope": {"openid"}})).Get("code"), "the session")
		tokens := other.exchange(secret, code, nil).json(t)
		for _, at := range []*server{s, other, s} {
			tokens = at.post("/oauth/token", "app", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}}).json(t)
			require.NotEmpty(t, tokens["refresh_token"], tokens)
		}
		assert.True(t, other.active("app", secret, tokens["access_token"].(string)))

		// A change on the command line takes effect on both within five seconds.
		s.command("client", "disable", "app")
		for _, at := range []*server{s, other} {
			eventually(t, func() bool {
				return at.post("/oauth/token", "app", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}}).status == http.StatusUnauthorized
			})
		}
		s.command("client", "enable", "app")
		eventually(t, func() bool {
			return other.post("/oauth/introspect", "app", secret, url.Values{"token": {"x"}}).status == http.StatusOK
		})
		s.command("consent", "withdraw", "alice", "app", "--yes")
		got := other.post("/oauth/token", "app", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}})
		assert.Equal(t, "invalid_grant", got.json(t)["error"])
		assert.Contains(t, elsewhere.authorize(url.Values{"scope": {"openid"}}).body, `id="consent-page"`, "consent is required again")
	})
}

// Keycloak CVE-2026-9802 and CVE-2026-8922: revoked tokens are refused at every endpoint, also
// after a restart.
func TestRevokedTokensStayRevoked(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithRefresh(t, databaseURL)
		signIn := func() (access, refresh string) {
			got := s.exchange(secret, s.userAgent(t).signIn(url.Values{"scope": {"openid offline_access"}}).Get("code"), nil).json(t)
			return got["access_token"].(string), got["refresh_token"].(string)
		}
		for name, revoke := range map[string]func(refresh string){
			"by the client": func(refresh string) {
				require.Equal(t, http.StatusOK, s.post("/oauth/revoke", "app", secret, url.Values{"token": {refresh}}).status)
			},
			"by the operator": func(string) { s.command("token", "revoke", "--client", "app", "--yes") },
		} {
			access, refresh := signIn()
			require.Equal(t, http.StatusOK, s.userInfo(access).status, name)
			revoke(refresh)
			for range 2 {
				assert.False(t, s.active("app", secret, access), name)
				assert.False(t, s.active("app", secret, refresh), name)
				assert.Equal(t, http.StatusUnauthorized, s.userInfo(access).status, name)
				got := s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
				assert.Equal(t, "invalid_grant", got.json(t)["error"], name)
				s.stop()
				s.run()
			}
		}
	})
}

func TestLegacyTokenCheck(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := prepare(t, databaseURL)
		s.stdin("wonderland\n", "user", "create", "alice", "--email", "alice@example.com", "--phone", "+442071838750", "--role", "editor", "--password-stdin")
		secret := s.client("app", "--grant-type", "password", "--grant-type", "client_credentials", "--first-party", "--audience", "https://api.example", "--audience", issuer)
		check := func(token string) response {
			r, err := http.NewRequest(http.MethodGet, s.url+"/oauth/access_token_valid/"+token, nil)
			require.NoError(t, err)
			return s.send(r)
		}
		s.run()
		token := s.post("/oauth/token", "app", secret, url.Values{"grant_type": {"password"}, "username": {"alice"}, "password": {"wonderland"}}).json(t)["access_token"].(string)
		assert.Equal(t, http.StatusNotFound, check(token).status, "disabled by default")
		s.stop()
		s.env = append(s.env, "GATEHOUSE_LEGACY_TOKEN_CHECK=true")
		s.run()
		got := check(token)
		require.Equal(t, http.StatusOK, got.status, got.body)
		user := got.json(t)
		assert.Equal(t, []any{"alice", "alice@example.com", "+442071838750", []any{"editor"}}, []any{user["username"], user["email"], user["phone_number"], user["roles"]})
		assert.NotEmpty(t, user["id"])
		assert.Equal(t, "no-store", got.header.Get("Cache-Control"))
		for _, bad := range []string{token + "x", "x", s.token("app", secret, nil), strings.Replace(token, "gh_at_", "gh_rt_", 1), "a.b.c"} {
			assert.Equal(t, http.StatusGone, check(bad).status, bad)
		}
		for resource, status := range map[string]int{"https://api.example": http.StatusGone, issuer: http.StatusOK} {
			form := url.Values{"grant_type": {"password"}, "username": {"alice"}, "password": {"wonderland"}, "resource": {resource}}
			assert.Equal(t, status, check(s.post("/oauth/token", "app", secret, form).json(t)["access_token"].(string)).status, resource)
		}
		s.command("user", "disable", "alice")
		assert.Equal(t, http.StatusGone, check(token).status)
		assert.NotContains(t, s.log.String(), token, "the log must contain the route pattern, not the path")
		eventually(t, func() bool { return strings.Contains(s.log.String(), "/access_token_valid/{token}") })
	})
}
