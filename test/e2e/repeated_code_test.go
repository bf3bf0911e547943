package e2e_test

import (
	"net/http"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/oauth2"
)

// A web page that runs its effects twice (React strict mode) sends a code exchange twice. The
// identical retry is refused without revoking the tokens; any other reuse of the code revokes
// the grant (RFC 6749 section 4.1.2).
func TestIdenticalCodeExchangeDoesNotRevoke(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		s.client("spa", "--public", "--redirect-uri", callback, "--scope", "openid profile")
		p := s.userAgent(t)
		p.signIn(nil)
		verifier := oauth2.GenerateVerifier()
		challenge := url.Values{"code_challenge": {oauth2.S256ChallengeFromVerifier(verifier)}, "code_challenge_method": {"S256"}}
		for name, tc := range map[string]struct {
			first, second url.Values
			survives      bool
		}{
			"the same":             {url.Values{"code_verifier": {verifier}}, url.Values{"code_verifier": {verifier}}, true},
			"another verifier":     {url.Values{"code_verifier": {verifier}}, url.Values{"code_verifier": {oauth2.GenerateVerifier()}}, false},
			"without verifier":     {url.Values{"code_verifier": {verifier}}, nil, false},
			"a short verifier":     {url.Values{"code_verifier": {verifier}}, url.Values{"code_verifier": {"short"}}, false},
			"another redirect URI": {url.Values{"code_verifier": {verifier}}, url.Values{"code_verifier": {verifier}, "redirect_uri": {callback + "/"}}, false},
		} {
			code := returned(t, p.authorize(challenge)).Get("code")
			access := s.exchange(secret, code, tc.first).json(t)["access_token"].(string)
			again := s.exchange(secret, code, tc.second)
			assert.Equal(t, http.StatusBadRequest, again.status, name)
			assert.Equal(t, "invalid_grant", again.json(t)["error"], name)
			assert.Equal(t, tc.survives, s.active("app", secret, access), name)
		}

		// An attempt by another client has no effect.
		code := returned(t, p.authorize(challenge)).Get("code")
		access := s.exchange(secret, code, url.Values{"code_verifier": {verifier}}).json(t)["access_token"].(string)
		form := url.Values{"grant_type": {"authorization_code"}, "client_id": {"spa"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}}
		assert.Equal(t, "invalid_grant", s.post("/oauth/token", "", "", form).json(t)["error"])
		assert.True(t, s.active("app", secret, access))
	})
}

// An attacker who guesses the verifier while the application sends the right one is a second user
// of the code, whichever request comes first.
func TestConcurrentExchangeWithWrongVerifierRevokes(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s, secret := startWithUser(t, databaseURL)
		p := s.userAgent(t)
		p.signIn(nil)
		verifier := oauth2.GenerateVerifier()
		challenge := url.Values{"code_challenge": {oauth2.S256ChallengeFromVerifier(verifier)}, "code_challenge_method": {"S256"}}
		for range 10 {
			code := returned(t, p.authorize(challenge)).Get("code")
			var both sync.WaitGroup
			var right response
			both.Go(func() { right = s.exchange(secret, code, url.Values{"code_verifier": {verifier}}) })
			both.Go(func() {
				wrong := s.exchange(secret, code, url.Values{"code_verifier": {oauth2.GenerateVerifier()}})
				assert.Equal(t, "invalid_grant", wrong.json(t)["error"])
			})
			both.Wait()
			if right.status == http.StatusOK {
				assert.False(t, s.active("app", secret, right.json(t)["access_token"].(string)))
			}
		}
	})
}
