package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"

	"github.com/gatehouse-id/gatehouse/test/services"
)

// traffic is a server on Postgres and Redis with an application, a service and a user, and all
// secrets they received.
type traffic struct {
	*server

	t            *testing.T
	app, billing string // client secrets
	secrets      []string
}

// newTraffic starts the server, with further settings.
func newTraffic(t *testing.T, env ...string) *traffic {
	t.Helper()
	s := prepare(t, postgres(t))
	// A low limit for documents, so that a second request is refused.
	s.env = append(s.env, "GATEHOUSE_REDIS_URL=redis://"+services.NewRedis(t).Address(), "GATEHOUSE_RATE_LIMITS=document-prefix=1/1h")
	s.env = append(s.env, env...)
	s.stdin("wonderland\n", "user", "create", "alice", "--email", "alice@example.com", "--password-stdin")
	v := &traffic{server: s, t: t}
	v.app = s.client("app", "--grant-type", "authorization_code", "--grant-type", "refresh_token", "--redirect-uri", callback, "--scope", "openid profile offline_access")
	v.billing = s.client("billing", "--grant-type", "client_credentials")
	v.keep("wonderland", v.app, v.billing)
	s.run()
	return v
}

// keep records secrets that must not appear in any output.
func (v *traffic) keep(secrets ...string) { v.secrets = append(v.secrets, secrets...) }

// round sends typical requests of all kinds.
func (v *traffic) round() {
	v.t.Helper()
	v.service()
	v.guesses()
	v.visit()
	v.get("/oauth/jwks") // uses up the limit
	assert.Equal(v.t, http.StatusTooManyRequests, v.get("/oauth/jwks").status)
	assert.Equal(v.t, http.StatusNotFound, v.get("/gone").status)
}

// service uses the client credentials grant.
func (v *traffic) service() {
	v.t.Helper()
	access := v.token("billing", v.billing, nil)
	v.keep(access)
	assert.True(v.t, v.active("billing", v.billing, access))
	assert.Equal(v.t, http.StatusOK, v.post("/oauth/revoke", "billing", v.billing, url.Values{"token": {access}}).status)
	assert.False(v.t, v.active("billing", v.billing, access))
}

// guesses sends requests that are refused.
func (v *traffic) guesses() {
	v.t.Helper()
	credentials := url.Values{"grant_type": {"client_credentials"}}
	v.keep("a-secret-that-is-wrong")
	assert.Equal(v.t, http.StatusUnauthorized, v.post("/oauth/token", "billing", "a-secret-that-is-wrong", credentials).status)
	assert.Equal(v.t, http.StatusUnauthorized, v.post("/oauth/token", "nobody", "a-secret-that-is-wrong", credentials).status)
	assert.Equal(v.t, http.StatusBadRequest, v.post("/oauth/token", "billing", v.billing, url.Values{"grant_type": {"magic"}}).status)
	assert.Equal(v.t, http.StatusUnauthorized, v.userInfo("noise").status)
}

// visit signs a user in at the second attempt, and refreshes the tokens.
func (v *traffic) visit() {
	v.t.Helper()
	p, verifier := v.userAgent(v.t), oauth2.GenerateVerifier()
	page := p.authorize(url.Values{
		"scope": {"openid offline_access"}, "code_challenge": {oauth2.S256ChallengeFromVerifier(verifier)}, "code_challenge_method": {"S256"},
	})
	v.keep("looking-glass", verifier)
	page = p.follow(p.login(page, "looking-glass"))
	page = p.follow(p.login(page, "wonderland"))
	if strings.Contains(page.body, `id="consent-page"`) {
		page = p.agree(page, true)
	}
	code := returned(v.t, page).Get("code")
	first := v.exchange(v.app, code, url.Values{"code_verifier": {verifier}})
	require.Equal(v.t, http.StatusOK, first.status, first.body)
	second := v.post("/oauth/token", "app", v.app, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first.json(v.t)["refresh_token"].(string)}})
	require.Equal(v.t, http.StatusOK, second.status, second.body)
	v.keep(code)
	for _, got := range []response{first, second} {
		for _, name := range []string{"access_token", "refresh_token", "id_token"} {
			v.keep(got.json(v.t)[name].(string))
		}
	}
	for _, value := range p.cookies {
		v.keep(value)
	}
	assert.Equal(v.t, http.StatusOK, v.userInfo(second.json(v.t)["access_token"].(string)).status)
}
