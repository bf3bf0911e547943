package oauth_test

import (
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
)

// An exchange with a wrong verifier revokes what the right one got, in either order and when both
// are concurrent: the code may be used between the check of the wrong one and its consequence.
func TestAWrongVerifierRevokesWhatTheRightOneGot(t *testing.T) {
	h := newFixture(t)
	secret, s := h.app("ES256"), h.person("alice")
	right := oauth2.GenerateVerifier()
	more := url.Values{"code_challenge": {oauth2.S256ChallengeFromVerifier(right)}, "code_challenge_method": {"S256"}}
	exchange := func(code, verifier string) (string, error) {
		answer, err := h.provider.Token(t.Context(), basic("app", secret, url.Values{
			"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier},
		}))
		text, _ := answer.Parameters["access_token"].(string)
		return text, err
	}
	for range 20 {
		code, err := h.approve(t.Context(), h.flow(more), s, false)
		require.NoError(t, err)
		var wg sync.WaitGroup
		var got string
		wg.Go(func() { got, _ = exchange(code, right) })
		wg.Go(func() {
			_, err := exchange(code, oauth2.GenerateVerifier())
			assertRefused(t, err, "invalid_grant")
		})
		wg.Wait()
		assert.False(t, got != "" && h.active("app", secret, got))
	}
}
