package oauth_test

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/connected"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// A response type is on when the deployment and the registration both say so, at each use.
func TestAResponseTypeMustBeTurnedOnTwice(t *testing.T) {
	r := newFront(t, nil)
	check := func(kind string) error {
		_, err := r.provider.CheckForm(t.Context(), r.params(url.Values{"response_type": {kind}, "nonce": {"n"}}))
		return err
	}
	refused := func(kind, code string, check refusal.Check, err error) {
		t.Helper()
		assert.Equal(t, check, assertRefused(t, err, code).Check, kind)
	}
	for _, kind := range []string{"token id_token", "id_token code", "token code", "token id_token code", "id_token token code"} {
		require.NoError(t, check(kind), "the order does not matter")
	}
	for _, kind := range []string{
		"token", "none", "ID_TOKEN", "id_token Token", "Code id_token", "id_token id_token", "code code", "code id_token code", "id_token  token", " id_token",
		"id_token ", "id_token\ttoken", "id_token,token", "id_token token none", "code none", "id_token+token",
	} {
		refused(kind, "unsupported_response_type", refusal.CheckResponseType, check(kind))
	}

	r.update("app", func(c *client.Client) { c.ResponseTypes = []string{"code", "token id_token"} })
	require.NoError(t, check("id_token token"), "registered with its words in another order")
	for _, kind := range []string{"id_token", "code id_token", "code token", "code id_token token"} {
		refused(kind, "unauthorized_client", refusal.CheckClientResponse, check(kind))
	}
	r.update("app", func(c *client.Client) { c.ResponseTypes = []string{"id_token"} })
	refused("code", "unauthorized_client", refusal.CheckClientResponse, check("code"))
	r.update("app", func(c *client.Client) {
		c.ResponseTypes, c.GrantTypes = nil, []client.GrantType{client.AuthorizationCode, client.RefreshToken}
	})
	require.NoError(t, check("code"))
	refused("id_token", "unauthorized_client", refusal.CheckClientGrant, check("id_token"))

	// A row that no registration would write.
	r.planted(client.Client{ID: "planted", AuthMethod: client.None, RedirectURIs: []string{callback}, Scopes: []string{"openid"}, GrantTypes: []client.GrantType{client.AuthorizationCode}, ResponseTypes: client.ResponseTypes()})
	_, err := r.provider.CheckForm(t.Context(), r.params(url.Values{"client_id": {"planted"}, "response_type": {"id_token"}, "nonce": {"n"}}))
	refused("id_token", "unauthorized_client", refusal.CheckClientGrant, err)

	r.update("app", func(c *client.Client) {
		c.ResponseTypes, c.GrantTypes = client.ResponseTypes(), append(c.GrantTypes, client.Implicit)
	})
	waiting := r.flow(url.Values{"response_type": {"id_token"}, "nonce": {"n"}})
	r.offer("code id_token")
	require.NoError(t, check("id_token code"))
	for _, kind := range []string{"id_token", "id_token token", "code token", "code id_token token"} {
		refused(kind, "unsupported_response_type", refusal.CheckResponseType, check(kind))
	}
	r.offer()
	refused("code id_token", "unsupported_response_type", refusal.CheckResponseType, check("code id_token"))
	m := r.provider.Metadata()
	assert.Equal(t, []string{"code"}, m.ResponseTypesSupported)
	assert.NotContains(t, m.GrantTypesSupported, "implicit")

	_, err = r.provider.Approve(t.Context(), waiting, r.session, oauth.NotAsked)
	assert.Error(t, err, "nothing handles what was turned off meanwhile")
}

func TestMetadataNamesTheResponseTypesThatAreOn(t *testing.T) {
	h := newFixture(t)
	h.offer("id_token", "code id_token")
	m := h.provider.Metadata()
	assert.Equal(t, []string{"code", "id_token", "code id_token"}, m.ResponseTypesSupported)
	assert.Contains(t, m.GrantTypesSupported, "implicit")
	assert.Contains(t, m.ClaimsSupported, "c_hash")
	assert.NotContains(t, h.provider.GrantTypes(), client.Implicit, "no token request has it")
	_, err := h.provider.Token(t.Context(), request(url.Values{"grant_type": {"implicit"}}))
	assertRefused(t, err, "unsupported_grant_type")
}

// OpenID Connect Core sections 3.2.2.1 and 3.3.2.11.
func TestAnIDTokenOfTheFrontChannelNeedsANonceAndOpenID(t *testing.T) {
	r := newFront(t, func(c *client.Client) { c.DefaultScopes = []string{"openid"} })
	for _, kind := range client.ResponseTypes()[1:] {
		_, err := r.provider.CheckForm(t.Context(), r.params(url.Values{"response_type": {kind}}))
		_, other := r.provider.CheckForm(t.Context(), r.params(url.Values{"response_type": {kind}, "nonce": {"n"}, "scope": {"profile"}}))
		if kind == "code token" {
			require.NoError(t, err)
			require.NoError(t, other)
			continue
		}
		assert.Equal(t, refusal.CheckNonce, assertRefused(t, err, "invalid_request").Check, kind)
		assertRefused(t, other, "invalid_scope")
		_, err = r.provider.CheckForm(t.Context(), r.params(url.Values{"response_type": {kind}, "nonce": {"n"}, "scope": nil}))
		require.NoError(t, err, "openid is a default")
	}
}

// Tokens and errors of requests for tokens are never in a query, which is logged (OAuth 2.0 Multiple
// Response Type Encoding Practices sections 2.1 and 3).
func TestTokensAreNeverInTheQuery(t *testing.T) {
	r := newFront(t, nil)
	check := func(more url.Values) (*oauth.AuthorizeRequest, error) {
		form := url.Values{"nonce": {"n"}}
		maps.Copy(form, more)
		return r.provider.CheckForm(t.Context(), r.params(form))
	}
	for _, kind := range client.ResponseTypes()[1:] {
		request, err := check(url.Values{"response_type": {kind}})
		require.NoError(t, err)
		assert.Equal(t, oauth.Fragment, request.Mode, kind)
		request, err = check(url.Values{"response_type": {kind}, "response_mode": {"form_post"}})
		require.NoError(t, err)
		assert.Equal(t, oauth.FormPost, request.Mode, kind)
		for _, mode := range []string{"query", "Fragment", "query fragment", "form_post.jwt", "web_message"} {
			request, err = check(url.Values{"response_type": {kind}, "response_mode": {mode}})
			assertRefused(t, err, "invalid_request")
			assert.Equal(t, oauth.Fragment, request.Mode, kind)
		}
		request, err = check(url.Values{"response_type": {kind}, "response_mode": {"form_post"}, "scope": {"nothing of ours"}})
		assertRefused(t, err, "invalid_scope")
		assert.Equal(t, oauth.FormPost, request.Mode, "an error goes where the response would")
	}
	for _, unknown := range []string{"token", "id_token none", "token  id_token", "token code code"} {
		request, err := check(url.Values{"response_type": {unknown}, "response_mode": {"query"}})
		assertRefused(t, err, "unsupported_response_type")
		assert.Equal(t, oauth.Fragment, request.Mode, unknown)
	}
	request, err := check(url.Values{"response_mode": {"fragment"}})
	require.NoError(t, err, "for a code it may be asked for")
	assert.Equal(t, oauth.Fragment, request.Mode)
}

// What a code is bound to holds in a hybrid flow, too, and what has no code needs no challenge.
func TestPKCEBindsTheCodeOfAHybridFlow(t *testing.T) {
	r := newFront(t, func(c *client.Client) { c.AuthMethod, c.GrantTypes = client.None, slices.Clone(c.GrantTypes) })
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	bound := url.Values{"code_challenge": {challenge}, "code_challenge_method": {"S256"}}
	exchange := func(code, verifier string) error {
		_, err := r.provider.Token(t.Context(), request(url.Values{"client_id": {"app"}, "grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}, "code_verifier": {verifier}}))
		return err
	}
	for _, kind := range []string{"code id_token", "code token", "code id_token token"} {
		_, err := r.provider.CheckForm(t.Context(), r.params(url.Values{"response_type": {kind}, "nonce": {"n"}}))
		assert.Equal(t, refusal.CheckPKCE, assertRefused(t, err, "invalid_request").Check, kind)
		response := r.respond(kind, bound)
		assert.Equal(t, refusal.CheckVerifier, assertRefused(t, exchange(response.Get("code"), ""), "invalid_grant").Check, kind)
		require.NoError(t, exchange(r.respond(kind, bound).Get("code"), verifier))
	}
	for _, kind := range []string{"id_token", "id_token token"} {
		r.respond(kind, nil)
		r.respond(kind, url.Values{"code_challenge": {"too short"}})
	}
}

// No client proves itself to get what is in a response: the address is all that keeps it from
// another one (OpenID Connect Registration section 2, RFC 8252 section 8.2).
func TestTokensGoOnlyToSafeAddresses(t *testing.T) {
	h := newFixture(t)
	h.offer(client.ResponseTypes()[1:]...)
	uris := []string{callback, "https://localhost/cb", "http://localhost:8080/cb", "http://127.0.0.1/cb", "https://[::1]/cb"}
	every := client.Client{
		AuthMethod: client.PrivateKeyJWT, Scopes: []string{"openid"}, RedirectURIs: uris, ResponseTypes: client.ResponseTypes(),
		GrantTypes: []client.GrantType{client.AuthorizationCode, client.Implicit},
	}
	web, native := every, every
	web.ID, native.ID = "web", "native"
	h.planted(web) // as it was registered before the rule
	h.planted(native)
	_, err := h.store.Client(t.Context(), "native")
	require.NoError(t, err)
	stored, err := h.store.Client(t.Context(), "native")
	require.NoError(t, err)
	stored.Type, stored.RedirectURIs = client.Native, append(uris, "com.example.app:/cb")
	require.NoError(t, h.store.UpdateClient(t.Context(), stored))
	refused := func(id, uri, kind string) bool {
		_, err := h.provider.CheckForm(t.Context(), url.Values{"client_id": {id}, "redirect_uri": {uri}, "response_type": {kind}, "scope": {"openid"}, "nonce": {"n"}})
		if err != nil {
			assert.Equal(t, refusal.CheckFrontChannel, assertRefused(t, err, "unauthorized_client").Check, uri)
		}
		return err != nil
	}
	for _, kind := range client.ResponseTypes() {
		implicit := slices.Contains(client.GrantsOf(kind), client.Implicit)
		for _, uri := range uris {
			assert.Equal(t, implicit && strings.HasPrefix(uri, "http:"), refused("web", uri, kind), "web %s %s", uri, kind)
		}
		for _, uri := range stored.RedirectURIs {
			assert.Equal(t, client.Returns(kind, "token") && !strings.HasPrefix(uri, "https:"), refused("native", uri, kind), "native %s %s", uri, kind)
		}
	}
}

// A private scheme has fragments, and no form is posted to it.
func TestAPrivateSchemeGetsItsIDTokenInTheFragment(t *testing.T) {
	h := newFixture(t)
	h.offer("id_token", "code id_token")
	h.client(client.Client{
		ID: "native", Type: client.Native, AuthMethod: client.None, Scopes: []string{"openid"}, RedirectURIs: []string{"com.example.app:/cb"},
		ResponseTypes: []string{"id_token", "code"}, GrantTypes: []client.GrantType{client.AuthorizationCode, client.Implicit}, IDTokenAlg: "ES256",
	})
	form := url.Values{"client_id": {"native"}, "redirect_uri": {"com.example.app:/cb"}, "response_type": {"id_token"}, "scope": {"openid"}, "nonce": {"n"}}
	request, err := h.provider.CheckForm(t.Context(), form)
	require.NoError(t, err)
	assert.Equal(t, oauth.Fragment, request.Mode)
	assert.True(t, request.AskedEachTime(), "another program could be in its place")
	form.Set("response_mode", "form_post")
	request, err = h.provider.CheckForm(t.Context(), form)
	assertRefused(t, err, "invalid_request")
	assert.Equal(t, oauth.Fragment, request.Mode, "and not the query")
	form.Set("state", "twice")
	form.Add("state", "twice")
	request, err = h.provider.CheckForm(t.Context(), form)
	assertRefused(t, err, "invalid_request")
	assert.Equal(t, oauth.Fragment, request.Mode, "nor is an earlier refusal posted")
}

// granted tells whether the user has a grant of a client.
func (r *refreshing) granted() bool {
	r.t.Helper()
	apps, err := r.store.ConnectedApps(r.t.Context(), connected.Filter{UserID: r.session.User.ID})
	require.NoError(r.t, err)
	return len(apps) > 0
}

// A response that cannot be signed, or whose client was disabled, leaves nothing behind.
func TestARefusedResponseStoresNothing(t *testing.T) {
	r := newFront(t, func(c *client.Client) { c.IDTokenAlg = "PS256" }) // of which there is no key
	f := r.flow(url.Values{"response_type": {"code id_token token"}, "nonce": {"n"}})
	_, err := r.provider.Approve(t.Context(), f, r.session, oauth.AgreedForLater)
	require.ErrorIs(t, err, keys.ErrNoKey)
	assert.False(t, r.granted())

	f = r.flow(url.Values{"response_type": {"code token"}})
	r.disableElsewhere("app", true)
	_, err = r.provider.Approve(t.Context(), f, r.session, oauth.NotAsked)
	assert.Equal(t, refusal.CheckClientDisabled, assertRefused(t, err, "unauthorized_client").Check)
	assert.False(t, r.granted())
	r.disableElsewhere("app", false)
	response, err := r.provider.Approve(t.Context(), f, r.session, oauth.NotAsked)
	require.NoError(t, err)
	assert.True(t, r.active("app", r.secret, response.Get("access_token")))
	_, err = r.provider.Approve(t.Context(), f, r.session, oauth.NotAsked)
	assert.Equal(t, refusal.CheckFinished, assertRefused(t, err, "").Check, "one request, one response")
}
