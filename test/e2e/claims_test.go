package e2e_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const everything = `{"userinfo":{"email":null,"phone_number":null,"address":null,"birthdate":null,"preferred_username":{"essential":true}},` +
	`"id_token":{"email":null,"birthdate":null,"preferred_username":null}}`

// released returns the claims of the UserInfo response.
func (s *server) released(t *testing.T, token any) map[string]any {
	t.Helper()
	got := s.userInfo(token.(string))
	require.Equal(t, http.StatusOK, got.status, got.body)
	return got.json(t)
}

// A client registered for the openid scope only must not get further claims by the claims
// parameter, whether the user sees the consent page or not.
func TestClaimsParameterIsLimitedByTheRegisteredScope(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, _ := startWithUser(t, databaseURL)
		secret := s.client("quiz", "--grant-type", "authorization_code", "--redirect-uri", callback, "--scope", "openid")
		p := s.userAgent(t)
		take := func(code string) (userInfo map[string]any, idToken string) {
			got := s.post("/oauth/token", "quiz", secret, url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}})
			require.Equal(t, http.StatusOK, got.status, got.body)
			tokens := got.json(t)
			return s.released(t, tokens["access_token"]), tokens["id_token"].(string)
		}
		ask := url.Values{"client_id": {"quiz"}, "scope": {"openid"}, "claims": {everything}}
		page := p.follow(p.login(p.authorize(ask), "wonderland"))
		assert.Contains(t, page.body, "wants to know who you are")
		userInfo, idToken := take(returned(t, p.agree(page, true)).Get("code"))
		assert.Len(t, userInfo, 1, "sub: %v", userInfo)
		ask.Set("prompt", "none")
		silent, silentToken := take(returned(t, p.authorize(ask)).Get("code"))
		assert.Equal(t, userInfo, silent)
		for _, name := range []string{"email", "birthdate", "preferred_username"} {
			assert.Nil(t, claim(t, idToken, name), name)
			assert.Nil(t, claim(t, silentToken, name), name)
		}
	})
}

// A client may request single claims of its registered scopes; the user must consent to them.
func TestRequestedClaimsNeedConsent(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL) // registered for profile and email
		p := s.userAgent(t)
		plain := p.signIn(url.Values{"scope": {"openid"}})
		require.NotEmpty(t, plain.Get("code"), "consent to openid alone is remembered")
		ask := url.Values{"scope": {"openid"}, "claims": {everything}}
		silent := url.Values{"scope": {"openid"}, "claims": {everything}, "prompt": {"none"}}
		assert.Equal(t, "consent_required", returned(t, p.authorize(silent)).Get("error"))

		page := p.follow(p.authorize(ask))
		for _, shown := range []string{"See your email address", "See from your profile: user name, date of birth"} {
			assert.Contains(t, page.body, shown)
		}
		for _, hidden := range []string{"phone", "postal", "other details of your profile"} {
			assert.NotContains(t, page.body, hidden, "not registered for it, or not requested")
		}
		tokens := s.exchange(secret, returned(t, p.agree(page, true)).Get("code"), nil).json(t)
		claims := s.released(t, tokens["access_token"])
		assert.Equal(t, "alice@example.com", claims["email"])
		assert.Equal(t, "alice", claims["preferred_username"])
		assert.NotContains(t, claims, "name", "only one claim of profile was requested")
		assert.NotContains(t, claims, "phone_number")
		assert.Equal(t, "openid", tokens["scope"], "a requested claim adds no scope")
		assert.Equal(t, "alice@example.com", claim(t, tokens["id_token"].(string), "email"))

		// The stored consent covers this claim only: no scope and no other claim.
		assert.NotEmpty(t, returned(t, p.authorize(silent)).Get("code"))
		for _, more := range []url.Values{{"scope": {"openid email"}}, {"scope": {"openid"}, "claims": {`{"userinfo":{"name":null}}`}}} {
			more.Set("prompt", "none")
			assert.Equal(t, "consent_required", returned(t, p.authorize(more)).Get("error"), more)
		}

		// A token issued earlier no longer releases claims of a scope removed from the registration.
		s.command("client", "update", "app", "--remove-scope", "email")
		s.soon(func() bool { _, ok := s.released(t, tokens["access_token"])["email"]; return !ok }, "UserInfo still releases the email claim")
		assert.Equal(t, "alice", s.released(t, tokens["access_token"])["preferred_username"])
	})
}

// Requested values of claims (OpenID Connect Core section 5.5.1).
func TestRequestedClaimValues(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		first := s.exchange(secret, p.signIn(nil).Get("code"), nil).json(t)
		sub, _ := claim(t, first["id_token"].(string), "sub").(string)
		ask := func(claims string) response { return p.authorize(url.Values{"claims": {claims}}) }
		silent := func(claims string) url.Values {
			return returned(t, p.authorize(url.Values{"claims": {claims}, "prompt": {"none"}}))
		}
		for _, others := range []string{
			`{"id_token":{"sub":{"value":"someone-else"}}}`, `{"userinfo":{"sub":{"value":"someone-else"}}}`, `{"id_token":{"sub":{"essential":true,"values":["a","b"]}}}`,
		} {
			assert.Contains(t, ask(others).body, `id="login-page"`, others)
			assert.Equal(t, "login_required", silent(others).Get("error"), others)
		}
		for _, fine := range []string{
			`{"id_token":{"sub":{"value":"` + sub + `"}},"userinfo":{"sub":{"values":["x","` + sub + `"]}}}`, `{"id_token":{"sub":null,"auth_time":{"essential":true}}}`,
			`{"id_token":{"acr":{"essential":true}}}`, `{"id_token":{"acr":{"essential":true,"values":["urn:mfa","1"]}}}`, `{"id_token":{"acr":{"values":["urn:mfa"]}}}`,
			`{"id_token":{"unknown":{"essential":true}},"other":{}}`, `{}`,
		} {
			assert.NotEmpty(t, silent(fine).Get("code"), fine)
		}
		for _, unmet := range []string{`{"id_token":{"acr":{"essential":true,"values":["urn:mfa"]}}}`, `{"id_token":{"acr":{"essential":true,"value":"phrh"}}}`} {
			assert.Equal(t, "unmet_authentication_requirements", silent(unmet).Get("error"), unmet)
			assert.Equal(t, "unmet_authentication_requirements", returned(t, ask(unmet)).Get("error"), unmet)
		}
		for _, malformed := range []string{
			`{"id_token":{"sub":{"value":1}}}`, `{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}`, `{"id_token":{"acr":"1"}}`, `{"id_token":[]}`,
		} {
			assert.Equal(t, "invalid_request", silent(malformed).Get("error"), malformed)
		}
	})
}
