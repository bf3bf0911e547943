package oauth_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// We know a JWT access token by its hash, so the withdrawal of its key has to be asked about:
// else we would go on vouching for what every other verifier refuses.
func TestWhatAWithdrawnKeySignedIsInactive(t *testing.T) {
	h := newFixture(t)
	signed := h.client(client.Client{ID: "signed", GrantTypes: cc, TokenFormat: client.JWT})
	opaque := h.client(client.Client{ID: "opaque", GrantTypes: cc})
	leaked, untouched := h.issue("signed", signed, nil), h.issue("opaque", opaque, nil)
	require.True(t, h.active("signed", signed, leaked))

	var kid string
	for _, k := range h.keys.Known(t.Context()) {
		if k.Algorithm == keys.ES256 {
			kid = k.KID
		}
	}
	affected, err := h.store.SignedWith(t.Context(), keys.ES256, time.Unix(0, 0), *h.now.Load())
	require.NoError(t, err)
	assert.Equal(t, []keys.Affected{{ClientID: "signed", AccessTokens: 1}}, affected)
	_, err = h.keys.Withdraw(t.Context(), kid)
	require.NoError(t, err)

	assert.False(t, h.active("signed", signed, leaked))
	assert.True(t, h.active("opaque", opaque, untouched))
	assert.True(t, h.active("signed", signed, h.issue("signed", signed, nil)), "by the next key")
}
