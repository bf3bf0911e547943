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
	_, err := r.store.EndSession(t.Context(), r.session.ID, *r.now.Load())
	require.NoError(t, err)
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
