package oauth_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// RFC 6750 section 3: a request that is malformed gets a challenge, too.
func TestTwoAccessTokensAreChallenged(t *testing.T) {
	h := newFixture(t)
	for name, call := range map[string]*oauth.Call{
		"two headers":         {Authorization: []string{"Bearer a", "Bearer b"}, Form: url.Values{}},
		"header and the body": {Authorization: []string{"Bearer a"}, Form: url.Values{"access_token": {"b"}}},
	} {
		_, err := h.provider.Bearer(t.Context(), call, "gatehouse:revocations:read")
		refused := assertRefused(t, err, "invalid_request")
		assert.Equal(t, 400, refused.HTTPStatus(), name)
		assert.Equal(t, `Bearer realm="gatehouse", error="invalid_request"`, refused.Challenge, name)
	}
}
