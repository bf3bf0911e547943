package e2e_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/gatehouse-id/gatehouse/provider/token"
	"github.com/gatehouse-id/gatehouse/storage/storagetest"
)

func claim(t *testing.T, jwt, name string) any {
	t.Helper()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(jwt, ".")[1])
	require.NoError(t, err)
	claims := map[string]any{}
	require.NoError(t, json.Unmarshal(payload, &claims))
	return claims[name]
}

// RFC 6749 section 4.1.2, Keycloak CVE-2026-1035: of fifty concurrent redemptions of a code one
// succeeds. All are identical requests from the same client, so the others count as retries and
// do not revoke the tokens.
func TestConcurrentRedemptionsOfOneCode(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		code := s.userAgent(t).signIn(nil).Get("code")
		var wg sync.WaitGroup
		var won, lost atomic.Int32
		var token atomic.Value
		for range 50 {
			wg.Go(func() {
				switch got := s.exchange(secret, code, nil); got.status {
				case http.StatusOK:
					won.Add(1)
					token.Store(got.json(t)["access_token"].(string))
				case http.StatusBadRequest:
					lost.Add(1)
					assert.Equal(t, "invalid_grant", got.json(t)["error"])
				default:
					assert.Fail(t, "unexpected", "%d %s", got.status, got.body)
				}
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, won.Load())
		assert.EqualValues(t, 49, lost.Load())
		assert.True(t, s.active("app", secret, token.Load().(string)))
	})
}

// Authentik CVE-2023-48228 and CVE-2024-23647: a verifier can neither be guessed in several
// attempts nor omitted.
func TestPKCECannotBeDowngraded(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		s.client("spa", "--public", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid profile")
		s.client("strict", "--require-pkce", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid profile")
		p := s.userAgent(t)
		p.signIn(nil)
		verifier := oauth2.GenerateVerifier()
		challenge := url.Values{"code_challenge": {oauth2.S256ChallengeFromVerifier(verifier)}, "code_challenge_method": {"S256"}}
		code := func(more url.Values) string { return returned(t, p.authorize(more)).Get("code") }
		ask := func(code string, verifiers ...string) response {
			form := url.Values{}
			if len(verifiers) > 0 {
				form.Set("code_verifier", verifiers[0])
			}
			return s.exchange(secret, code, form)
		}
		good := code(challenge)
		require.Equal(t, http.StatusOK, ask(good, verifier).status)

		for name, first := range map[string][]string{"wrong verifier": {oauth2.GenerateVerifier()}, "no verifier": nil, "the challenge itself": {challenge.Get("code_challenge")}} {
			stolen := code(challenge)
			assert.Equal(t, "invalid_grant", ask(stolen, first...).json(t)["error"], name)
			assert.Equal(t, "invalid_grant", ask(stolen).json(t)["error"], name+", then none")
			assert.Equal(t, "invalid_grant", ask(stolen, verifier).json(t)["error"], name+", then the right one: the code is spent")
		}
		assert.Equal(t, "invalid_grant", ask(code(nil), verifier).json(t)["error"], "a verifier without a challenge")
		s.client("plain", "--allow-plain-pkce", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid profile", "--first-party")
		assert.NotEmpty(t, code(url.Values{"client_id": {"plain"}, "code_challenge": {verifier}, "code_challenge_method": {"plain"}}), "for a client that allows plain")

		for name, more := range map[string]url.Values{
			"public without": {"client_id": {"spa"}}, "strict without": {"client_id": {"strict"}},
			"plain": {"code_challenge": {verifier}, "code_challenge_method": {"plain"}}, "plain by default": {"code_challenge": {verifier}},
			"unknown method": {"code_challenge": {verifier}, "code_challenge_method": {"S512"}}, "short": {"code_challenge": {"abc"}, "code_challenge_method": {"S256"}},
			"method alone": {"code_challenge_method": {"S256"}},
		} {
			assert.Equal(t, "invalid_request", returned(t, p.authorize(more)).Get("error"), name)
		}
	})
}

// Pocket ID CVE-2026-28513: the client and the redirect URI are both checked.
func TestCodesAreBoundToClientAndRedirectURI(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		other := s.client("other", "--grant-type", "authorization_code", "--redirect-uri", callback)
		p := s.userAgent(t)
		code := p.signIn(nil).Get("code")
		form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}
		assert.Equal(t, "invalid_grant", s.post("/oauth/token", "other", other, form).json(t)["error"])
		token := s.exchange(secret, code, nil)
		require.Equal(t, http.StatusOK, token.status, "an attempt by another client neither spends the code nor revokes")
		assert.Equal(t, "invalid_grant", s.post("/oauth/token", "other", other, form).json(t)["error"])
		assert.True(t, s.active("app", secret, token.json(t)["access_token"].(string)), "its replay does not revoke either")

		fresh := returned(t, p.authorize(nil)).Get("code")
		assert.Equal(t, "invalid_grant", s.exchange(secret, fresh, url.Values{"redirect_uri": {callback + "/"}}).json(t)["error"])
		for _, wrong := range []string{"", "noise", fresh[:len(fresh)-1], token.json(t)["access_token"].(string), token.json(t)["id_token"].(string)} {
			got := s.exchange(secret, wrong, nil)
			assert.Equal(t, http.StatusBadRequest, got.status, wrong)
		}
		// A code or an ID token must not be accepted as an access token.
		for _, text := range []string{fresh, token.json(t)["id_token"].(string)} {
			r, err := http.NewRequest(http.MethodGet, s.url+"/oauth/userinfo", nil)
			require.NoError(t, err)
			r.Header.Set("Authorization", "Bearer "+text)
			assert.Equal(t, http.StatusUnauthorized, s.send(r).status)
			assert.False(t, s.active("app", secret, text))
		}
		// Used again by a different request: everything issued for the code is revoked.
		assert.Equal(t, "invalid_grant", s.exchange(secret, code, url.Values{"redirect_uri": {callback + "/"}}).json(t)["error"])
		assert.False(t, s.active("app", secret, token.json(t)["access_token"].(string)))
	})
}

func TestUserInfo(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		more := url.Values{"claims": {`{"userinfo":{"email":{"essential":true}},"id_token":{"preferred_username":null}}`}}
		tokens := s.exchange(secret, p.signIn(more).Get("code"), nil).json(t)
		access := tokens["access_token"].(string)
		assert.Equal(t, "alice", claim(t, tokens["id_token"].(string), "preferred_username"), "requested for the ID token")

		ask := func(method string, header, body string) response {
			r, err := http.NewRequest(method, s.url+"/oauth/userinfo", strings.NewReader(body))
			require.NoError(t, err)
			if header != "" {
				r.Header.Set("Authorization", header)
			}
			if body != "" {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			return s.send(r)
		}
		for _, got := range []response{
			ask("GET", "Bearer "+access, ""), ask("GET", "bearer "+access, ""), ask("POST", "Bearer "+access, ""),
			ask("POST", "", url.Values{"access_token": {access}}.Encode()),
		} {
			require.Equal(t, http.StatusOK, got.status, got.body)
			assert.Equal(t, "application/json", got.header.Get("Content-Type"))
			assert.Equal(t, "no-store", got.header.Get("Cache-Control"))
			claims := got.json(t)
			assert.Equal(t, claim(t, tokens["id_token"].(string), "sub"), claims["sub"])
			assert.Equal(t, "alice", claims["preferred_username"])
			assert.Equal(t, "alice@example.com", claims["email"], "by the claims parameter")
			assert.IsType(t, 1.0, claims["updated_at"])
		}
		for name, got := range map[string]response{
			"sent twice": ask("POST", "Bearer "+access, url.Values{"access_token": {access}}.Encode()),
			"none":       ask("GET", "", ""), "noise": ask("GET", "Bearer noise", ""), "Basic": ask("GET", "Basic YTpi", ""), "in the query": s.get("/oauth/userinfo?access_token=" + access),
		} {
			assert.GreaterOrEqual(t, got.status, 400, name)
			assert.Less(t, got.status, 500, name)
		}
		assert.Contains(t, ask("GET", "Bearer noise", "").header.Get("WWW-Authenticate"), `error="invalid_token"`)

		s.command("user", "disable", "alice")
		assert.Equal(t, http.StatusUnauthorized, ask("GET", "Bearer "+access, "").status)
		assert.False(t, s.active("app", secret, access))
		assert.Contains(t, p.authorize(nil).body, `id="login-page"`, "the session has ended, too")
	})
}

func TestClientRestrictedToNamedUsers(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		s.stdin("looking-glass\n", "user", "create", "bob", "--password-stdin")
		s.command("client", "users", "add", "app", "bob")
		assert.Equal(t, "access_denied", s.userAgent(t).signIn(nil).Get("error"))
		s.command("client", "users", "add", "app", "alice")
		assert.NotEmpty(t, s.userAgent(t).signIn(nil).Get("code"))
	})
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		bye := "https://app.example.test/bye"
		signedIn := func() (*userAgent, string, string) {
			p := s.userAgent(t)
			tokens := s.exchange(secret, p.signIn(nil).Get("code"), nil).json(t)
			return p, tokens["id_token"].(string), tokens["access_token"].(string)
		}
		over := func(p *userAgent) {
			assert.Equal(t, "login_required", returned(t, p.authorize(url.Values{"prompt": {"none"}})).Get("error"))
		}
		p, hint, access := signedIn()
		cookie := p.cookies["__Host-gatehouse_session"]
		got := p.open("/oauth/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye}, "state": {"x y"}}.Encode())
		assert.Equal(t, http.StatusSeeOther, got.status)
		assert.Equal(t, bye+"?state=x+y", got.header.Get("Location"))
		over(p)
		p.cookies["__Host-gatehouse_session"] = cookie
		over(p) // the session has ended on the server, not only the cookie
		assert.False(t, s.active("app", secret, access), "without offline_access the token ends with the session")

		// Anything else needs a confirmation or yields an error; it never redirects.
		p, hint, _ = signedIn()
		twice := p.open("/oauth/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye, bye}}.Encode())
		assert.Empty(t, twice.header.Get("Location"))
		assert.Contains(t, twice.body, `id="error-page"`)
		// A hint for another user does not sign out without confirmation.
		s.stdin("looking-glass\n", "user", "create", "bob", "--password-stdin")
		bob := s.userAgent(t)
		bob.request(http.MethodPost, "/login", url.Values{"username": {"bob"}, "password": {"looking-glass"}})
		asked := bob.open("/oauth/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {bye}}.Encode())
		assert.Contains(t, asked.body, `id="logout-page"`)
		assert.Empty(t, asked.header.Get("Location"))
		for _, query := range []string{"", "?state=x"} {
			page := p.open("/oauth/logout" + query)
			require.Contains(t, page.body, `id="logout-page"`)
			other := s.userAgent(t)
			other.signIn(nil)
			assert.Contains(t, other.request(http.MethodPost, "/oauth/logout", url.Values{"confirm": {hidden(t, page, "confirm")}}).body, `id="logout-page"`, "confirmation value of another session")
		}
		done := p.request(http.MethodPost, "/oauth/logout", url.Values{"confirm": {hidden(t, p.open("/oauth/logout"), "confirm")}})
		assert.Equal(t, http.StatusSeeOther, done.status, "a reload does not send the form again")
		assert.Contains(t, p.follow(done).body, `id="logged-out"`)
		over(p)
		assert.Contains(t, p.open("/oauth/logout").body, `id="logged-out"`, "no session")
	})
}

// The number of SQL statements of the flow, and that a stolen database holds no secret.
func TestStatementsAndSecretsOfTheCodeFlow(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		first := s.exchange(secret, p.signIn(nil).Get("code"), nil)
		authorize := p.authorize(nil)
		code := returned(t, authorize).Get("code")
		exchange := s.exchange(secret, code, nil)
		access := exchange.json(t)["access_token"].(string)
		assert.LessOrEqual(t, s.statements(exchange), 5, "code exchange")
		assert.LessOrEqual(t, s.statements(authorize)+s.statements(exchange), 12, "signed-in flow")
		r, err := http.NewRequest(http.MethodGet, s.url+"/oauth/userinfo", nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+access)
		assert.LessOrEqual(t, s.statements(s.send(r)), 2, "UserInfo")
		s.stop()

		raw := func(text string) string { // the secret bytes, in case they are stored without their encoding
			parsed, err := token.Parse(text)
			require.NoError(t, err)
			return string(parsed.Secret[:])
		}
		session := p.cookies["__Host-gatehouse_session"]
		dump := storagetest.Dump(t, databaseURL)
		require.Contains(t, dump, "alice")
		for name, secret := range map[string]string{
			"code, raw": raw(code), "session, raw": raw(session), "access token, raw": raw(access),
			"password": "wonderland", "code": code, "access token": access, "ID token": first.json(t)["id_token"].(string),
			"session": session, "flow": p.cookies["__Host-gatehouse_flow"],
		} {
			assert.NotContains(t, dump, secret, name)
			assert.NotContains(t, s.log.String(), secret, "log: "+name)
		}
	})
}
