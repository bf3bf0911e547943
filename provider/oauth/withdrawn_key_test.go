package oauth_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// A JWT access token is found by its hash, so introspection has to check whether its key was
// withdrawn: every other verifier refuses the token.
func TestTokensSignedWithAWithdrawnKeyAreInactive(t *testing.T) {
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
	_, err = h.keys.Withdraw(t.Context(), audittest.Operator(), kid)
	require.NoError(t, err)

	assert.False(t, h.active("signed", signed, leaked))
	assert.True(t, h.active("opaque", opaque, untouched))
	assert.True(t, h.active("signed", signed, h.issue("signed", signed, nil)), "by the next key")
}

// Two administrators withdraw keys at once, as in an incident: afterwards a key signs that was
// neither withdrawn nor retiring.
func TestConcurrentWithdrawalsLeaveAKeyThatSigns(t *testing.T) {
	h := newFixture(t)
	for range 5 {
		_, err := h.keys.Rotate(t.Context(), audittest.Operator(), keys.ES256, h.now.Load().Add(30*time.Minute))
		require.NoError(t, err)
		h.advance(time.Hour)
		_, err = h.keys.Rotate(t.Context(), audittest.Operator(), keys.ES256, h.now.Load().Add(30*time.Minute))
		require.NoError(t, err)
		withdrawn := map[string]bool{}
		var wg sync.WaitGroup
		for _, k := range h.keys.Known(t.Context()) {
			if k.Algorithm != keys.ES256 {
				continue
			}
			if withdrawn[k.KID] = true; k.State == keys.Retiring { // it must not sign again either
				continue
			}
			wg.Go(func() {
				_, err := h.keys.Withdraw(t.Context(), audittest.Operator(), k.KID)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		require.NoError(t, h.keys.Refresh(t.Context()))
		_, err = h.keys.Sign(t.Context(), keys.ES256, "JWT", []byte(`{}`))
		require.NoError(t, err)
		for _, k := range h.keys.Known(t.Context()) {
			assert.False(t, k.State == keys.Active && withdrawn[k.KID], "%s signs again", k.KID)
		}
	}
}
