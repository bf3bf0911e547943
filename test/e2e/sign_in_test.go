package e2e_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// toServer redirects requests for the issuer to the server of the test, as a proxy would.
type toServer struct{ url string }

func (s toServer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	target, err := url.Parse(s.url + r.URL.RequestURI())
	if err != nil {
		return nil, err
	}
	r.URL, r.Host = target, ""
	return http.DefaultTransport.RoundTrip(r)
}

// The go-oidc library works with its defaults: discovery, PKCE, code, ID token, UserInfo.
func TestSignInByLibrary(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		ctx := oidc.ClientContext(context.Background(), &http.Client{Transport: toServer{s.url}})
		provider, err := oidc.NewProvider(ctx, issuer)
		require.NoError(t, err)
		config := oauth2.Config{ClientID: "app", ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: callback, Scopes: []string{"openid", "profile", "email"}}
		verifier := oauth2.GenerateVerifier()
		address, err := url.Parse(config.AuthCodeURL("st", oauth2.S256ChallengeOption(verifier), oidc.Nonce("n-0S6")))
		require.NoError(t, err)

		p := s.userAgent(t)
		page := p.login(p.open(address.RequestURI()), "wonderland")
		require.Equal(t, http.StatusSeeOther, page.status)
		consent := p.follow(page)
		for _, shown := range []string{"app", "app.example.test", "alice"} {
			assert.Contains(t, consent.body, shown)
		}
		got := returned(t, p.agree(consent, true))
		assert.Equal(t, "st", got.Get("state"))

		token, err := config.Exchange(ctx, got.Get("code"), oauth2.VerifierOption(verifier))
		require.NoError(t, err)
		idToken, err := provider.Verifier(&oidc.Config{ClientID: "app"}).Verify(ctx, token.Extra("id_token").(string))
		require.NoError(t, err)
		assert.Equal(t, "n-0S6", idToken.Nonce)
		require.NoError(t, idToken.VerifyAccessToken(token.AccessToken), "at_hash")
		claims := map[string]any{}
		require.NoError(t, idToken.Claims(&claims))
		assert.InDelta(t, time.Now().Unix(), claims["auth_time"], 30)
		assert.Equal(t, []any{"pwd"}, claims["amr"])
		assert.NotEmpty(t, claims["sid"])
		assert.Equal(t, "alice@example.com", claims["email"], "in the ID token too, for web applications with a secret")

		info, err := provider.UserInfo(ctx, config.TokenSource(ctx, token))
		require.NoError(t, err)
		assert.Equal(t, idToken.Subject, info.Subject)
		assert.Equal(t, "alice@example.com", info.Email)

		// With a session and stored consent the next request shows no page.
		again := returned(t, p.authorize(url.Values{"prompt": {"none"}, "scope": {"openid profile email"}}))
		assert.NotEmpty(t, again.Get("code"))
	})
}

func TestPromptMaxAgeAndHints(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		assert.Equal(t, "login_required", returned(t, p.authorize(url.Values{"prompt": {"none"}})).Get("error"))
		first := s.exchange(secret, p.signIn(nil).Get("code"), nil).json(t)
		hint := first["id_token"].(string)
		isLogin := func(more url.Values) { assert.Contains(t, p.authorize(more).body, `id="login-page"`, more) }
		isCode := func(more url.Values) { assert.NotEmpty(t, returned(t, p.authorize(more)).Get("code"), more) }
		isError := func(code string, more url.Values) {
			assert.Equal(t, code, returned(t, p.authorize(more)).Get("error"), more)
		}

		isCode(nil)
		isCode(url.Values{"prompt": {"none"}, "id_token_hint": {hint}})
		isCode(url.Values{"max_age": {"10000"}})
		isCode(url.Values{"extra": {"foobar"}, "display": {"popup"}, "ui_locales": {"se"}, "claims_locales": {"se"}, "acr_values": {"1 2"}})
		isLogin(url.Values{"prompt": {"login"}})
		isLogin(url.Values{"prompt": {"select_account"}})
		isLogin(url.Values{"max_age": {"0"}})
		isError("login_required", url.Values{"max_age": {"0"}, "prompt": {"none"}})
		isError("consent_required", url.Values{"prompt": {"none"}, "scope": {"openid email"}})
		assert.Contains(t, p.authorize(url.Values{"prompt": {"consent"}}).body, `id="consent-page"`)
		for _, wrong := range []url.Values{
			{"prompt": {"none login"}},
			{"max_age": {"-1"}},
			{"max_age": {"abc"}},
			{"id_token_hint": {"noise"}},
			{"claims": {"{"}},
			{"claims": {`{"userinfo":{"email":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}}`}},
			{"response_mode": {"magic"}},
			{"response_type": {""}},
			{"scope": {"openid"}, "nonce": {strings.Repeat("n", 2000)}},
		} {
			isError("invalid_request", wrong)
		}
		for _, kind := range []string{"token", "id_token", "id_token token", "code token", "code id_token", "code id_token token", "none", "Code", "code code"} {
			isError("unsupported_response_type", url.Values{"response_type": {kind}})
		}
		isError("request_not_supported", url.Values{"request": {"eyJhbGciOiJub25lIn0.e30."}})
		isError("request_uri_not_supported", url.Values{"request_uri": {"https://evil.example/"}})
		isError("registration_not_supported", url.Values{"registration": {"{}"}})
		isError("invalid_scope", url.Values{"scope": {"openid phone"}})

		// A new authentication updates auth_time.
		time.Sleep(1100 * time.Millisecond)
		page := p.follow(p.login(p.authorize(url.Values{"prompt": {"login"}}), "wonderland"))
		second := s.exchange(secret, returned(t, page).Get("code"), nil).json(t)
		assert.Greater(t, claim(t, second["id_token"].(string), "auth_time"), claim(t, hint, "auth_time"))

		// A hint for another user is refused with prompt=none.
		s.stdin("looking-glass\n", "user", "create", "bob", "--password-stdin")
		other := s.userAgent(t)
		login := other.authorize(nil)
		consent := other.follow(other.request(http.MethodPost, "/login", url.Values{"flow": {hidden(t, login, "flow")}, "username": {"bob"}, "password": {"looking-glass"}}))
		returned(t, other.agree(consent, true))
		assert.Equal(t, "login_required", returned(t, other.authorize(url.Values{"prompt": {"none"}, "id_token_hint": {hint}})).Get("error"))
	})
}

// state is returned unchanged, and omitted if there was none.
func TestStateAndResponseModes(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		assert.Equal(t, "s t/a+te", p.signIn(nil).Get("state"))
		assert.False(t, returned(t, p.authorize(url.Values{"state": {""}})).Has("state"))
		long := strings.Repeat("x", 384)
		assert.Equal(t, long, returned(t, p.authorize(url.Values{"state": {long}})).Get("state"))

		fragment := p.authorize(url.Values{"response_mode": {"fragment"}}).header.Get("Location")
		assert.True(t, strings.HasPrefix(fragment, callback+"#"), fragment)
		fragmentParams, err := url.ParseQuery(fragment[len(callback)+1:])
		require.NoError(t, err)
		assert.Equal(t, issuer, fragmentParams.Get("iss"))
		assert.Equal(t, "s t/a+te", fragmentParams.Get("state"))
		for _, more := range []url.Values{{"response_mode": {"form_post"}}, {"response_mode": {"form_post"}, "scope": {"openid admin"}}} {
			page := p.authorize(more)
			assert.Equal(t, http.StatusOK, page.status)
			assert.Contains(t, page.body, `action="`+callback+`"`)
			assert.Equal(t, "s t/a+te", hidden(t, page, "state"))
			assert.Equal(t, issuer, hidden(t, page, "iss"))
			assert.NotContains(t, page.header.Get("Content-Security-Policy"), "form-action")
		}
		// A posted request is redirected to a GET, so that the browser sends SameSite=Lax cookies.
		posted := p.request(http.MethodPost, "/oauth/authorize", authorizeParams(nil))
		assert.Equal(t, http.StatusSeeOther, posted.status)
		returned(t, p.follow(posted))
	})
}

// An unknown client or redirect URI yields an error page and no redirect.
func TestRedirectsToRegisteredURIsOnly(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		for _, more := range []url.Values{
			{"client_id": {"nobody"}},
			{"client_id": {""}},
			{"client_id": {"app", "app"}},
			{"redirect_uri": {""}},
			{"redirect_uri": {callback + "/"}},
			{"redirect_uri": {callback + "?x=1"}},
			{"redirect_uri": {"https://evil.example/"}},
			{"redirect_uri": {strings.ToUpper(callback)}},
			{"redirect_uri": {callback + "#x"}},
			{"redirect_uri": {"https://user@app.example.test/callback"}},
			{"redirect_uri": {"https://app.example.test/x/%2e%2e/callback"}},
			{"redirect_uri": {"javascript:alert(1)"}},
			{"redirect_uri": {"javascript:alert(1)"}, "response_mode": {"query"}},
			{"redirect_uri": {"javascript:alert(1)"}, "response_mode": {"fragment"}},
			{"redirect_uri": {"javascript:alert(1)"}, "response_mode": {"form_post"}},
			{"redirect_uri": {"javascript:alert(1)"}, "response_mode": {"form_post.jwt"}},
			{"redirect_uri": {"javascript:alert(1)"}, "response_mode": {"query.jwt"}},
			{"redirect_uri": {callback, callback}},
		} {
			got := p.authorize(more)
			assert.GreaterOrEqual(t, got.status, 400, more)
			assert.Less(t, got.status, 500, more)
			assert.Contains(t, got.body, `id="error-page"`, more)
			assert.Empty(t, got.header.Get("Location"), more)
			assert.NotContains(t, got.body, "evil.example", more)
			assert.NotContains(t, got.body, "javascript:", more)
		}
		// A disabled client must not be distinguishable from an unknown one.
		ids := regexp.MustCompile(`<code>[^<]*</code>|/errors/[^"]*`)
		unknown := ids.ReplaceAllString(p.authorize(url.Values{"client_id": {"nobody"}}).body, "")
		s.command("client", "create", "Secret project", "off", "--grant-type", "authorization_code", "--redirect-uri", callback)
		s.command("client", "disable", "off")
		s.soon(func() bool {
			return ids.ReplaceAllString(p.authorize(url.Values{"client_id": {"off"}}).body, "") == unknown
		}, "the pages differ")
		assert.Equal(t, "invalid_request", returned(t, p.authorize(url.Values{"scope": {"openid", "email"}})).Get("error"), "a parameter twice")
	})
}

func TestDenyAndCancelReturnToTheApplication(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		page := p.authorize(nil)
		cancelled := returned(t, p.request(http.MethodPost, "/login", url.Values{"flow": {hidden(t, page, "flow")}, "action": {"cancel"}}))
		assert.Equal(t, "access_denied", cancelled.Get("error"))
		assert.Equal(t, "s t/a+te", cancelled.Get("state"))
		assert.True(t, strings.HasPrefix(cancelled.Get("error_uri"), issuer+"/errors/"))

		consent := p.follow(p.login(p.authorize(nil), "wonderland"))
		denied := returned(t, p.request(http.MethodPost, "/consent", url.Values{"flow": {hidden(t, consent, "flow")}, "action": {"deny"}}))
		assert.Equal(t, "access_denied", denied.Get("error"))
		assert.Contains(t, p.authorize(nil).body, `id="consent-page"`, "no consent was stored")
	})
}

// The flow value of a page is not accepted from another browser, when altered, or from another
// site.
func TestFlowsAreBoundToTheirBrowser(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		victim, attacker := s.userAgent(t), s.userAgent(t)
		login := attacker.authorize(nil)
		stolen := victim.request(http.MethodPost, "/login", url.Values{"flow": {hidden(t, login, "flow")}, "username": {"alice"}, "password": {"wonderland"}})
		assert.Equal(t, http.StatusBadRequest, stolen.status)
		assert.Contains(t, stolen.body, `id="error-page"`)

		consent := victim.follow(victim.login(victim.authorize(nil), "wonderland"))
		flow := hidden(t, consent, "flow")
		assert.Equal(t, http.StatusBadRequest, attacker.request(http.MethodPost, "/consent", url.Values{"flow": {flow}, "action": {"accept"}}).status)
		other := map[bool]string{true: "B", false: "A"}[flow[len(flow)/2] == 'A']
		altered := flow[:len(flow)/2] + other + flow[len(flow)/2+1:]
		assert.Equal(t, http.StatusBadRequest, victim.request(http.MethodPost, "/consent", url.Values{"flow": {altered}, "action": {"accept"}}).status)
		assert.Equal(t, http.StatusBadRequest, victim.open("/oauth/authorize?flow="+url.QueryEscape(altered)).status)

		// The back button: a second approval of the same request yields an error page.
		first := returned(t, victim.agree(consent, false))
		require.NotEmpty(t, first.Get("code"))
		second := victim.agree(consent, false)
		assert.Equal(t, http.StatusBadRequest, second.status)
		assert.Contains(t, second.body, "Already finished")

		// Another site's form (login CSRF) is refused, even with a valid flow.
		fresh := victim.authorize(url.Values{"prompt": {"login"}})
		for _, flow := range []string{hidden(t, fresh, "flow"), ""} {
			for _, header := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
				got := victim.request(http.MethodPost, "/login", url.Values{"flow": {flow}, "username": {"alice"}, "password": {"wonderland"}}, header...)
				assert.Equal(t, http.StatusForbidden, got.status, header)
				assert.Empty(t, got.header.Get("Set-Cookie"), header)
			}
		}
	})
}

// Session fixation (Keycloak CVE-2026-7507): a session ID set before the sign-in is not accepted
// after it, and neither is that of the previous session.
func TestSignInStartsANewSession(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		p.cookies["__Host-gatehouse_session"] = "planted"
		access := s.exchange(secret, p.signIn(nil).Get("code"), nil).json(t)["access_token"].(string)
		first := p.cookies["__Host-gatehouse_session"]
		assert.NotEqual(t, "planted", first)
		p.follow(p.login(p.authorize(url.Values{"prompt": {"login"}}), "wonderland"))
		assert.NotEqual(t, first, p.cookies["__Host-gatehouse_session"])

		assert.True(t, s.active("app", secret, access), "a new sign-in of the same user must not revoke tokens")

		old := s.userAgent(t)
		old.cookies["__Host-gatehouse_session"] = first
		assert.Equal(t, "login_required", returned(t, old.authorize(url.Values{"prompt": {"none"}})).Get("error"))

		// A sign-in of another user in the same browser signs the first user out.
		s.stdin("looking-glass\n", "user", "create", "bob", "--password-stdin")
		p.request(http.MethodPost, "/login", url.Values{"username": {"bob"}, "password": {"looking-glass"}})
		assert.False(t, s.active("app", secret, access))
	})
}

// A sign-in outside a flow redirects to / whatever the parameters say (open redirect).
func TestSignInIsNoOpenRedirect(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		for _, name := range []string{"return_to", "continue", "next", "redirect_uri", "url", "target"} {
			p := s.userAgent(t)
			assert.NotContains(t, p.open("/login?"+name+"=https://evil.example/").body, "evil.example")
			got := p.request(http.MethodPost, "/login?"+name+"=https://evil.example/", url.Values{"username": {"alice"}, "password": {"wonderland"}, name: {"//evil.example/"}})
			assert.Equal(t, http.StatusSeeOther, got.status, name)
			assert.Equal(t, "/", got.header.Get("Location"), name)
		}
	})
}

// The password grant and the sign-in page share one limit of attempts.
func TestPasswordGrantSharesTheLimitOfThePage(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		trusted := s.client("trusted", "--grant-type", "password", "--first-party")
		grant := func(password string) response {
			return s.post("/oauth/token", "trusted", trusted, url.Values{"grant_type": {"password"}, "username": {"alice"}, "password": {password}})
		}
		p := s.userAgent(t)
		page := func(password string) response {
			return p.request(http.MethodPost, "/login", url.Values{"username": {"alice"}, "password": {password}})
		}
		require.Equal(t, http.StatusOK, grant("wonderland").status)
		for range 5 {
			require.Equal(t, http.StatusBadRequest, grant("wrong").status)
			require.Equal(t, http.StatusUnprocessableEntity, page("wrong").status)
		}
		assert.Equal(t, http.StatusTooManyRequests, grant("wonderland").status)
		assert.Equal(t, http.StatusTooManyRequests, page("wonderland").status)
	})
}

// besidesPasskey is a sign-in page without what is random in its request to a passkey.
func besidesPasskey(page string) string {
	return regexp.MustCompile(`challenge&#34;:&#34;[^&]*&|name="(?:ceremony|page)" value="[^"]*"`).ReplaceAllString(page, "")
}

func TestWrongPasswordsAreUniformAndThrottled(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		try := func(name, password string) response {
			return p.request(http.MethodPost, "/login", url.Values{"username": {name}, "password": {password}})
		}
		known, unknown := try("alice", "wrong"), try("nobody", "wrong")
		assert.Equal(t, known.status, unknown.status)
		assert.Equal(t, strings.ReplaceAll(besidesPasskey(known.body), "alice", "X"), strings.ReplaceAll(besidesPasskey(unknown.body), "nobody", "X"))
		assert.Contains(t, known.body, "sign-in details are wrong")

		// Concurrent attempts are counted before the check (Zitadel CVE-2023-47111), and all
		// spellings of the username count together.
		var throttled, wrong atomic.Int32
		var wg sync.WaitGroup
		for i := range 30 {
			wg.Go(func() {
				r, _ := http.NewRequest(http.MethodPost, s.url+"/login", strings.NewReader(url.Values{"username": {[]string{"alice", "ALICE", " Alice "}[i%3]}, "password": {"wrong"}}.Encode()))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				switch got := s.send(r); got.status {
				case http.StatusTooManyRequests:
					assert.NotEmpty(t, got.header.Get("Retry-After"))
					throttled.Add(1)
				case http.StatusUnprocessableEntity:
					wrong.Add(1)
				default:
					assert.Fail(t, "unexpected", "%d", got.status)
				}
			})
		}
		wg.Wait()
		assert.LessOrEqual(t, wrong.Load(), int32(9), "one of ten was used above")
		assert.Equal(t, http.StatusTooManyRequests, try("alice", "wonderland").status)
	})
}
