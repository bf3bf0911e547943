package oauth_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// A token expires exactly at its time (Nextcloud CVE-2024-22403).
func TestTokensExpire(t *testing.T) {
	h := newFixture(t)
	hour := h.client(client.Client{ID: "hour", GrantTypes: cc})
	minutes := h.client(client.Client{ID: "minutes", GrantTypes: cc, AccessTokenLifetime: 5 * time.Minute})
	answer, err := h.provider.Token(t.Context(), basic("minutes", minutes, url.Values{"grant_type": {"client_credentials"}}))
	require.NoError(t, err)
	assert.EqualValues(t, 300, answer.Parameters["expires_in"])
	short, long := answer.Parameters["access_token"].(string), h.issue("hour", hour, nil)

	h.advance(5*time.Minute - time.Microsecond)
	assert.True(t, h.active("minutes", minutes, short))
	h.advance(time.Microsecond)
	assert.False(t, h.active("minutes", minutes, short))
	h.advance(55*time.Minute - time.Microsecond)
	assert.True(t, h.active("hour", hour, long))
	h.advance(time.Microsecond)
	assert.False(t, h.active("hour", hour, long))
}

func TestARevokedTokenStaysRevokedAndOthersLive(t *testing.T) {
	h := newFixture(t)
	secret := h.client(client.Client{ID: "a", GrantTypes: cc})
	first, second := h.issue("a", secret, nil), h.issue("a", secret, nil)
	for range 2 { // the second time there is nothing to do
		require.NoError(t, h.provider.Revoke(t.Context(), basic("a", secret, url.Values{"token": {first}, "token_type_hint": {"nonsense"}})))
	}
	assert.False(t, h.active("a", secret, first))
	assert.True(t, h.active("a", secret, second))
}
