package oauth_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

// OpenID Connect Registration section 2: default_max_age and default_acr_values count where a request
// does not say, and what it says goes before them.
func TestARegistrationSaysHowFreshAndStrongASignInIs(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.FirstParty = true })
	r.user.Factors = nil
	r.advance(time.Hour)
	next := func(more url.Values) oauth.Step {
		t.Helper()
		step, err := r.provider.Next(t.Context(), r.flow(more), having(r.session, nil, "pwd"))
		require.NoError(t, err)
		return step
	}
	assert.Equal(t, oauth.Approve, next(nil))
	r.update("app", func(c *client.Client) { c.DefaultMaxAge = time.Hour })
	assert.Equal(t, oauth.SignIn, next(nil))
	assert.Equal(t, oauth.SignIn, next(url.Values{"max_age": {""}}), "without a value it was not sent")
	assert.Equal(t, oauth.Approve, next(url.Values{"max_age": {"7200"}}))
	assert.Equal(t, oauth.SignIn, next(url.Values{"max_age": {"60"}}))
	_, err := r.provider.Next(t.Context(), r.flow(url.Values{"prompt": {"none"}}), r.session)
	assertRefused(t, err, "login_required")

	r.update("app", func(c *client.Client) {
		c.DefaultMaxAge, c.DefaultACRs = 0, []string{"urn:of:another:provider", "2"}
	})
	asked := func(more url.Values) []string { return r.flow(more).Request.ACRs }
	claim := func(acr string) url.Values { return url.Values{"claims": {`{"id_token":{"acr":` + acr + `}}`}} }
	assert.Equal(t, []string{"2"}, asked(nil), "what is not offered is left out")
	assert.Equal(t, []string{"2"}, asked(url.Values{"acr_values": {" "}}))
	assert.Equal(t, []string{"2"}, asked(claim("null")))
	assert.Equal(t, []string{"2"}, asked(claim(`{"essential":true}`)))
	assert.Equal(t, []string{"1"}, asked(url.Values{"acr_values": {"1"}}))
	assert.Equal(t, []string{"1"}, asked(claim(`{"value":"1"}`)))
	assert.Equal(t, []string{"1"}, asked(claim(`{"essential":true,"value":"1"}`)))
	assert.Empty(t, asked(url.Values{"acr_values": {"urn:of:another:provider"}}))
	r.update("app", func(c *client.Client) { c.RequiredACR = "2" })
	assert.Equal(t, "2", r.flow(url.Values{"acr_values": {"1"}}).Request.Demands(), "that no request avoids")
}

// Libraries ask for what the metadata say to everybody, and for offline_access wherever there are refresh tokens.
func TestScopesThatAreLeftOut(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.Scopes = []string{"openid", "profile"} })
	code, err := r.approve(t.Context(), r.flow(url.Values{"scope": {"openid offline_access"}}), r.session, false)
	require.NoError(t, err)
	answer, err := r.exchange(r.secret, code)
	require.NoError(t, err)
	assert.Equal(t, "openid", answer.Parameters["scope"], "OpenID Connect Core section 11: it is ignored")
	require.NoError(t, r.store.AddRegistration(t.Context(), registration.Kept{ClientID: "app", Hash: []byte{1}, CreatedAt: *r.now.Load()}))
	for scope, trust := range map[string]client.Trust{
		"openid roles": client.Operator, "profile unknown": client.Operator, "offline_access": client.Operator,
		"roles": client.Unverified, "roles offline_access unknown": client.Unverified,
	} {
		r.update("app", func(c *client.Client) { c.Trust = trust })
		_, err := r.provider.CheckForm(t.Context(), r.params(url.Values{"scope": {scope}}))
		assertRefused(t, err, "invalid_scope")
	}
	for _, trust := range []client.Trust{client.Unverified, client.Verified} {
		r.update("app", func(c *client.Client) { c.Trust = trust })
		assert.Equal(t, []string{"openid"}, r.flow(url.Values{"scope": {"roles openid groups"}}).Request.Scopes)
		assert.Equal(t, []string{"profile"}, r.flow(url.Values{"scope": {"unknown profile gatehouse:users:read"}}).Request.Scopes)
	}
}

// require_auth_time has nothing to add: every ID token of a user has it.
func TestEveryIDTokenHasAuthTime(t *testing.T) {
	r := newFront(t, nil)
	for _, id := range []any{r.signIn("openid", nil)["id_token"], r.respond("id_token", nil).Get("id_token"), r.respond("code id_token", nil).Get("id_token")} {
		assert.EqualValues(t, r.session.Proofs.AuthTime().Unix(), claimsOf(t, id)["auth_time"])
	}
}

// What is foreseen of a response without an access token is in the ID token, since nothing can call
// UserInfo.
func TestForeseenResponsesWithoutACode(t *testing.T) {
	r := newFront(t, nil)
	foresee := func(kind string) oauth.Outlook {
		o, err := r.provider.Foresee(t.Context(), r.params(url.Values{"response_type": {kind}, "nonce": {"n"}, "scope": {"openid profile"}}), r.session.User, []string{"pwd"})
		require.NoError(t, err)
		require.Nil(t, o.Refused)
		return o
	}
	alone := foresee("id_token")
	assert.Empty(t, alone.UserInfo)
	assert.Equal(t, "alice", alone.IDToken["preferred_username"])
	for _, kind := range []string{"code", "id_token token", "code id_token"} {
		o := foresee(kind)
		assert.Equal(t, "alice", o.UserInfo["preferred_username"], kind)
		assert.NotContains(t, o.IDToken, "preferred_username", kind)
	}
}
