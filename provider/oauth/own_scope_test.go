package oauth_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// A scope of the operator's own releases its claims: the user sees each, and a scope that releases
// more later releases nothing that was not agreed to, neither silently nor to older tokens.
func TestScopesOfTheOperatorReleaseWhatWasAgreedTo(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.Scopes = []string{"openid", "crm"}; c.IDTokenClaims = true })
	catalogue := consent.NewCatalogue(r.store, r.gate, func() time.Time { return *r.now.Load() })
	_, err := catalogue.Create(t.Context(), audittest.Operator(), consent.Scope{Name: "crm", Claims: []string{"preferred_username"}})
	require.NoError(t, err)
	require.NoError(t, r.scopes.Learn(t.Context()))

	flow := r.flow(url.Values{"scope": {"openid crm"}})
	assert.Equal(t, []string{"preferred_username"}, flow.Request.Asked().Claims, "what the page shows")
	_, err = r.approve(t.Context(), flow, r.session, true)
	require.NoError(t, err)
	tokens := r.signIn("openid crm", nil)
	assert.NotEmpty(t, r.released(tokens["access_token"])["preferred_username"])
	assert.NotContains(t, r.released(tokens["access_token"]), "name")
	assert.NotEmpty(t, claimsOf(t, tokens["id_token"])["preferred_username"], "for clients that get claims in ID tokens")
	without := r.signIn("openid", nil)
	assert.NotContains(t, r.released(without["access_token"]), "preferred_username")

	step := func() oauth.Step {
		next, err := r.provider.Next(t.Context(), r.flow(url.Values{"scope": {"openid crm"}}), r.session)
		require.NoError(t, err)
		return next
	}
	assert.Equal(t, oauth.Approve, step(), "it was remembered")
	_, err = catalogue.Change(t.Context(), audittest.Operator(), "crm", func(s *consent.Scope) error { s.Claims = []string{"preferred_username", "updated_at"}; return nil })
	require.NoError(t, err)
	require.NoError(t, r.scopes.Learn(t.Context()))
	assert.Equal(t, oauth.Consent, step(), "not for this")
	assert.NotContains(t, r.released(tokens["access_token"]), "updated_at")
	refreshed, err := r.refresh(tokens["refresh_token"], nil)
	require.NoError(t, err)
	assert.NotContains(t, claimsOf(t, refreshed["id_token"]), "updated_at")

	// What the scope no longer releases is lost at once.
	_, err = catalogue.Change(t.Context(), audittest.Operator(), "crm", func(s *consent.Scope) error { s.Claims = nil; return nil })
	require.NoError(t, err)
	require.NoError(t, r.scopes.Learn(t.Context()))
	assert.NotContains(t, r.released(tokens["access_token"]), "preferred_username")

	// The claims parameter gives a client nothing of it without the scope.
	_, err = catalogue.Change(t.Context(), audittest.Operator(), "crm", func(s *consent.Scope) error { s.Claims = []string{"preferred_username"}; return nil })
	require.NoError(t, err)
	require.NoError(t, r.scopes.Learn(t.Context()))
	sly := r.flow(url.Values{"scope": {"openid"}, "claims": {`{"userinfo":{"preferred_username":null}}`}})
	assert.Empty(t, sly.Request.Asked().Claims)
}
