package oauth_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// offer turns response types on, beside code.
func (h *fixture) offer(types ...string) {
	h.t.Helper()
	var err error
	h.provider, err = oauth.New(oauth.Settings{
		Issuer: issuer, SharedKeys: true, ResponseTypes: types,
		Paths: oauth.Paths{Authorization: "/oauth/authorize", Token: "/oauth/token", UserInfo: "/oauth/userinfo"},
	}, h.domain)
	require.NoError(h.t, err)
}

// newFront is a client that is registered for every response type, all of which are on.
func newFront(t *testing.T, change func(c *client.Client)) *refreshing {
	t.Helper()
	r := newRefreshing(t, func(c *client.Client) {
		c.ResponseTypes, c.GrantTypes = client.ResponseTypes(), append(c.GrantTypes, client.Implicit)
		if change != nil {
			change(c)
		}
	})
	r.offer(client.ResponseTypes()[1:]...)
	return r
}

// respond approves a request for a response type, with a nonce.
func (r *refreshing) respond(responseType string, more url.Values) url.Values {
	r.t.Helper()
	form := url.Values{"response_type": {responseType}, "nonce": {"n-0S6_WzA2Mj"}, "scope": {"openid profile"}}
	maps.Copy(form, more)
	response, err := r.provider.Approve(r.t.Context(), r.flow(form), r.session, oauth.NotAsked)
	require.NoError(r.t, err, responseType)
	return response
}

// OpenID Connect Core sections 3.2.2.5, 3.2.2.10 and 3.3.2.11: what is in each response, and which
// hashes are in its ID token.
func TestEachResponseTypeReturnsWhatItNames(t *testing.T) {
	half := map[string]func(text string) string{
		"ES256": func(text string) string {
			sum := sha256.Sum256([]byte(text))
			return base64.RawURLEncoding.EncodeToString(sum[:16])
		},
		"EdDSA": func(text string) string {
			sum := sha512.Sum512([]byte(text))
			return base64.RawURLEncoding.EncodeToString(sum[:32])
		},
	}
	for alg, hash := range half {
		t.Run(alg, func(t *testing.T) {
			r := newFront(t, func(c *client.Client) { c.IDTokenAlg = alg })
			for _, kind := range client.ResponseTypes()[1:] {
				response := r.respond(kind, nil)
				want := map[string][]string{"code": {"code"}, "id_token": {"id_token"}, "token": {"access_token", "token_type", "expires_in", "scope"}}
				var names []string
				for _, word := range strings.Fields(kind) {
					names = append(names, want[word]...)
				}
				assert.ElementsMatch(t, names, slices.Collect(maps.Keys(response)), kind)
				if response.Has("access_token") {
					assert.Equal(t, "Bearer", response.Get("token_type"))
					assert.Equal(t, "3600", response.Get("expires_in"))
					assert.Equal(t, "openid profile", response.Get("scope"))
					assert.Equal(t, "alice", r.released(response.Get("access_token"))["preferred_username"], kind)
				}
				if !response.Has("id_token") {
					continue
				}
				claims := claimsOf(t, response.Get("id_token"))
				assert.Equal(t, issuer, claims["iss"])
				assert.Equal(t, "app", claims["aud"])
				assert.Equal(t, "n-0S6_WzA2Mj", claims["nonce"])
				assert.Equal(t, r.session.User.Subject, claims["sub"])
				assert.Contains(t, claims, "auth_time")
				for claim, of := range map[string]string{"at_hash": response.Get("access_token"), "c_hash": response.Get("code")} {
					if of == "" {
						assert.NotContains(t, claims, claim, kind)
					} else {
						assert.Equal(t, hash(of), claims[claim], kind)
					}
				}
			}
		})
	}
}

// OpenID Connect Core section 5.4: with no access token to call UserInfo with, the claims of the
// scopes are in the ID token; one beside a code has none, which the one of the token endpoint has.
func TestAnIDTokenAloneHasTheClaimsOfTheScopes(t *testing.T) {
	r := newFront(t, func(c *client.Client) { c.Scopes = append(c.Scopes, "desk") })
	_, err := consent.NewCatalogue(r.store, r.gate, r.domain.Clock).Create(t.Context(), audittest.Operator(), consent.Scope{Name: "desk", Claims: []string{"preferred_username"}})
	require.NoError(t, err)
	require.NoError(t, r.scopes.Learn(t.Context()))
	name := func(kind string, more url.Values) any {
		return claimsOf(t, r.respond(kind, more).Get("id_token"))["preferred_username"]
	}
	byName := url.Values{"claims": {`{"id_token":{"preferred_username":null}}`}}
	assert.Equal(t, "alice", name("id_token", nil))
	assert.Nil(t, name("id_token", url.Values{"scope": {"openid"}}))
	assert.Equal(t, "alice", name("id_token", url.Values{"scope": {"openid desk"}}), "a scope of the operator's own")
	assert.Nil(t, name("id_token token", nil), "UserInfo has them")
	assert.Equal(t, "alice", name("id_token token", byName))
	for _, kind := range []string{"code id_token", "code id_token token"} {
		assert.Nil(t, name(kind, nil), kind)
		assert.Nil(t, name(kind, byName), "it goes through a browser")
	}
	r.update("app", func(c *client.Client) { c.IDTokenClaims = true })
	assert.Equal(t, "alice", name("id_token token", nil))
	response := r.respond("code id_token", nil)
	assert.NotContains(t, claimsOf(t, response.Get("id_token")), "preferred_username")
	tokens, err := r.exchange(r.secret, response.Get("code"))
	require.NoError(t, err)
	assert.Equal(t, "alice", claimsOf(t, tokens.Parameters["id_token"])["preferred_username"])
}

// OpenID Connect Core section 3.3.3.6: both ID tokens of a hybrid flow are about the same sign-in.
func TestBothIDTokensOfAHybridFlowAgree(t *testing.T) {
	r := newFront(t, nil)
	response := r.respond("code id_token token", nil)
	first := claimsOf(t, response.Get("id_token"))
	r.advance(5 * time.Second)
	tokens, err := r.exchange(r.secret, response.Get("code"))
	require.NoError(t, err)
	second := claimsOf(t, tokens.Parameters["id_token"])
	for _, claim := range []string{"iss", "sub", "aud", "nonce", "auth_time", "sid", "acr"} {
		assert.Equal(t, first[claim], second[claim], claim)
	}
	assert.NotContains(t, second, "c_hash")
	assert.NotEqual(t, first["at_hash"], second["at_hash"])
	assert.Contains(t, tokens.Parameters, "refresh_token")
}

// A response type is on when the deployment and the registration both say so, at each use.
func TestAResponseTypeMustBeTurnedOnTwice(t *testing.T) {
	r := newFront(t, nil)
	check := func(kind string) error {
		_, err := r.provider.Check(t.Context(), r.params(url.Values{"response_type": {kind}, "nonce": {"n"}}))
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
	_, err := r.provider.Check(t.Context(), r.params(url.Values{"client_id": {"planted"}, "response_type": {"id_token"}, "nonce": {"n"}}))
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
		_, err := r.provider.Check(t.Context(), r.params(url.Values{"response_type": {kind}}))
		_, other := r.provider.Check(t.Context(), r.params(url.Values{"response_type": {kind}, "nonce": {"n"}, "scope": {"profile"}}))
		if kind == "code token" {
			require.NoError(t, err)
			require.NoError(t, other)
			continue
		}
		assert.Equal(t, refusal.CheckNonce, assertRefused(t, err, "invalid_request").Check, kind)
		assertRefused(t, other, "invalid_scope")
		_, err = r.provider.Check(t.Context(), r.params(url.Values{"response_type": {kind}, "nonce": {"n"}, "scope": nil}))
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
		return r.provider.Check(t.Context(), r.params(form))
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

// A response without a code leads to no refresh token, so that nothing of it outlives the session
// (OpenID Connect Core section 11).
func TestTheFrontChannelGivesNoOfflineAccess(t *testing.T) {
	r := newFront(t, func(c *client.Client) { c.DefaultScopes = []string{"openid", "offline_access"} })
	with := url.Values{"scope": {"openid offline_access"}, "prompt": {"consent"}}
	for _, kind := range []string{"id_token", "id_token token"} {
		for _, scope := range []string{"openid offline_access", ""} {
			f := r.flow(url.Values{"response_type": {kind}, "nonce": {"n"}, "scope": {scope}})
			assert.Equal(t, []string{"openid"}, f.Request.Scopes, "nobody is asked for it either")
		}
	}
	assert.Equal(t, []string{"openid", "offline_access"}, r.flow(url.Values{"scope": {""}}).Request.Scopes, "the registration is as it was")
	for _, kind := range []string{"code token", "code id_token token"} {
		assert.Equal(t, "openid offline_access", r.respond(kind, with).Get("scope"), kind)
	}
	alone, hybrid := r.respond("id_token token", with).Get("access_token"), r.respond("code token", nil).Get("access_token")
	for _, token := range []string{alone, hybrid} {
		assert.True(t, r.active("app", r.secret, token))
	}
	require.NoError(t, r.store.EndSession(t.Context(), r.session.ID, *r.now.Load()))
	for _, token := range []string{alone, hybrid} {
		assert.False(t, r.active("app", r.secret, token), "it ends with the session")
	}
}

// No grant without a code lives longer than its token can.
func TestAGrantWithoutACodeIsShort(t *testing.T) {
	r := newFront(t, nil)
	lives := func(kind string) time.Duration {
		parsed, err := token.Parse(r.respond(kind, nil).Get("access_token"))
		require.NoError(t, err)
		_, g, err := r.store.TokenWithGrant(t.Context(), parsed.ID)
		require.NoError(t, err)
		return g.ExpiresAt.Sub(*r.now.Load())
	}
	assert.Equal(t, 24*time.Hour, lives("id_token token"))
	assert.Equal(t, r.lifetimes.Refresh, lives("code token"))
}

// The access token of the response is one of the grant: what ends the grant ends it.
func TestFrontChannelTokensEndWithTheGrant(t *testing.T) {
	r := newFront(t, nil)
	active := func(token string) bool { return r.active("app", r.secret, token) }
	replayed := r.respond("code id_token token", nil)
	_, err := r.exchange(r.secret, replayed.Get("code"))
	require.NoError(t, err)
	assert.True(t, active(replayed.Get("access_token")))
	r.advance(10 * time.Second)
	_, err = r.exchange(r.secret, replayed.Get("code"))
	assertRefused(t, err, "invalid_grant")
	assert.False(t, active(replayed.Get("access_token")), "the code was stolen")

	ended := r.respond("id_token token", nil).Get("access_token")
	revoked, other := r.respond("id_token token", nil).Get("access_token"), r.respond("code token", nil).Get("access_token")
	require.NoError(t, r.provider.Revoke(t.Context(), basic("app", r.secret, url.Values{"token": {revoked}})))
	assert.False(t, active(revoked))
	assert.True(t, active(other))
	r.advance(r.lifetimes.Access - time.Second)
	assert.True(t, active(ended))
	r.advance(time.Second)
	assert.False(t, active(ended))
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
		_, err := r.provider.Check(t.Context(), r.params(url.Values{"response_type": {kind}, "nonce": {"n"}}))
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
		_, err := h.provider.Check(t.Context(), url.Values{"client_id": {id}, "redirect_uri": {uri}, "response_type": {kind}, "scope": {"openid"}, "nonce": {"n"}})
		if err != nil {
			assert.Equal(t, refusal.CheckFrontChannel, assertRefused(t, err, "unauthorized_client").Check, uri)
		}
		return err != nil
	}
	for _, kind := range client.ResponseTypes() {
		implicit := slices.Contains(client.GrantsOf(kind), client.Implicit)
		for _, uri := range uris {
			assert.Equal(t, implicit && uri != callback, refused("web", uri, kind), "web %s %s", uri, kind)
		}
		for _, uri := range stored.RedirectURIs {
			assert.Equal(t, client.Returns(kind, "token") && uri != callback, refused("native", uri, kind), "native %s %s", uri, kind)
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
	request, err := h.provider.Check(t.Context(), form)
	require.NoError(t, err)
	assert.Equal(t, oauth.Fragment, request.Mode)
	assert.True(t, request.AskedEachTime(), "another program could be in its place")
	form.Set("response_mode", "form_post")
	request, err = h.provider.Check(t.Context(), form)
	assertRefused(t, err, "invalid_request")
	assert.Equal(t, oauth.Fragment, request.Mode, "and not the query")
}

// granted tells whether the session of the user has a grant of the client.
func (r *refreshing) granted() bool {
	r.t.Helper()
	has, err := r.store.SessionHasGrant(r.t.Context(), r.session.ID, "app")
	require.NoError(r.t, err)
	return has
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

// Each response takes one statement for its grant, and one each for a code and an access token, in
// one transaction of its own two.
func TestStatementsOfResponses(t *testing.T) {
	r := newFront(t, func(c *client.Client) { c.IDTokenClaims = true })
	for kind, want := range map[string]int64{"code": 4, "id_token": 3, "id_token token": 4, "code id_token": 4, "code token": 5, "code id_token token": 5} {
		f := r.flow(url.Values{"response_type": {kind}, "nonce": {"n"}, "scope": {"openid profile"}})
		_, err := r.keys.Sign(t.Context(), keys.ES256, "JWT", []byte("{}")) // the keys are read once
		require.NoError(t, err)
		before := r.statements.Load()
		_, err = r.provider.Approve(t.Context(), f, r.session, oauth.NotAsked)
		require.NoError(t, err)
		assert.Equal(t, want, r.statements.Load()-before, kind)
	}
}

// JWT access tokens are signed before anything is stored, with what the session says about the user.
func TestAJWTOfTheFrontChannel(t *testing.T) {
	r := newFront(t, func(c *client.Client) { c.TokenFormat = client.JWT })
	response := r.respond("code id_token token", url.Values{"scope": {"openid"}, "resource": {"https://a"}})
	claims := claimsOf(t, response.Get("access_token"))
	assert.Equal(t, "https://a", claims["aud"])
	assert.Equal(t, "openid", claims["scope"])
	assert.True(t, r.active("app", r.secret, response.Get("access_token")))
	assert.Equal(t, grant.DefaultLifetimes().Access, time.Duration(claims["exp"].(float64)-claims["iat"].(float64))*time.Second)
}
