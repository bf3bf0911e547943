package oauth_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// A resource server must not read UserInfo with a token that it received from a client (RFC 9700
// section 2.3).
func TestATokenForAResourceIsNoneForUserInfo(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.Audience = append(c.Audience, issuer, issuer+"/oauth/userinfo") })
	for name, tc := range map[string]struct {
		resources []string
		good      bool
	}{
		"none": {nil, true}, "one": {[]string{"https://a"}, false}, "two": {[]string{"https://a", "https://b"}, false},
		"the issuer": {[]string{issuer}, true}, "a resource and UserInfo": {[]string{"https://a", issuer + "/oauth/userinfo"}, true},
	} {
		token := r.signIn("openid", url.Values{"resource": tc.resources})["access_token"].(string)
		ask := request(nil)
		ask.Authorization = []string{"Bearer " + token}
		_, err := r.provider.UserInfo(t.Context(), ask)
		if tc.good {
			require.NoError(t, err, name)
			continue
		}
		assertRefused(t, err, "invalid_token")
	}
}

// An audience that the client may no longer request is in no new token. When none is left the
// request is refused: a token without an audience would be accepted everywhere.
func TestAWithdrawnAudienceIsInNoNewToken(t *testing.T) {
	r := newRefreshing(t, nil)
	first := r.signIn("openid", url.Values{"resource": {"https://a", "https://b"}})
	approve := func() string {
		code, err := r.approve(t.Context(), r.flow(url.Values{"resource": {"https://a"}}), r.session, false)
		require.NoError(t, err)
		return code
	}
	late := approve()
	audience := func(token any) []string {
		got, err := r.provider.Introspect(t.Context(), basic("app", r.secret, url.Values{"token": {token.(string)}}))
		require.NoError(t, err)
		return got.Audience
	}
	r.update("app", func(c *client.Client) { c.Audience = []string{"https://b"} })
	r.directory.Forget("app")
	second, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"https://b"}, audience(second["access_token"]))
	_, err = r.refresh(second["refresh_token"], url.Values{"resource": {"https://a"}})
	assertRefused(t, err, "invalid_target")
	_, err = r.exchange(r.secret, late)
	assertRefused(t, err, "invalid_target")

	r.update("app", func(c *client.Client) { c.Audience = nil })
	r.directory.Forget("app")
	_, err = r.refresh(second["refresh_token"], nil)
	assertRefused(t, err, "invalid_target")
	r.update("app", func(c *client.Client) { c.Audience = []string{"https://a"} })
	r.directory.Forget("app")
	_, err = r.exchange(r.secret, late)
	require.NoError(t, err, "the refusal did not use up the code")
}

// A consent for one resource covers no other (RFC 8707 section 2).
func TestARememberedConsentCoversItsResources(t *testing.T) {
	r := newRefreshing(t, nil)
	step := func(more url.Values) oauth.Step {
		step, err := r.provider.Next(t.Context(), r.flow(more), r.session)
		require.NoError(t, err)
		return step
	}
	r.signIn("openid", url.Values{"resource": {"https://a"}})
	assert.Equal(t, oauth.Approve, step(url.Values{"resource": {"https://a"}}))
	assert.Equal(t, oauth.Consent, step(nil), "a token without an audience is accepted by more resource servers")
	assert.Equal(t, oauth.Consent, step(url.Values{"resource": {"https://b"}}))
	r.signIn("openid", nil)
	assert.Equal(t, oauth.Approve, step(nil))
	assert.Equal(t, oauth.Approve, step(url.Values{"resource": {"https://a"}}))
	_, err := r.provider.Next(t.Context(), r.flow(url.Values{"resource": {"https://a", "https://b"}, "prompt": {"none"}}), r.session)
	assertRefused(t, err, "consent_required")
}

// For clients registered so, ID tokens contain the claims of the granted scopes, and no more.
func TestIDTokensContainTheClaimsOfTheScopes(t *testing.T) {
	for _, on := range []bool{true, false} {
		t.Run(fmt.Sprint(on), func(t *testing.T) {
			r := newRefreshing(t, func(c *client.Client) {
				c.IDTokenClaims, c.Scopes = on, append(c.Scopes, "email", "roles")
			})
			r.user.Email, r.user.Roles = "alice@example.com", []string{"admin"}
			require.NoError(t, r.store.UpdateUser(t.Context(), r.user))
			first := r.signIn("openid profile roles", nil)
			statements := r.statements.Load()
			refreshed, err := r.refresh(first["refresh_token"], url.Values{"scope": {"openid profile"}})
			require.NoError(t, err)
			read := r.statements.Load() - statements
			for _, tokens := range []map[string]any{first, refreshed} {
				idToken := claimsOf(t, tokens["id_token"])
				assert.NotContains(t, idToken, "email", "not granted")
				if on {
					assert.Equal(t, "alice", idToken["preferred_username"])
				} else {
					assert.NotContains(t, idToken, "preferred_username")
				}
			}
			if on {
				assert.Equal(t, []any{"admin"}, claimsOf(t, first["id_token"])["roles"])
				assert.NotContains(t, claimsOf(t, refreshed["id_token"]), "roles", "narrowed")
			}
			assert.EqualValues(t, 5, read, "the user is read by the same statement")
		})
	}
}

// Roles are released by their scopes: at UserInfo, and in JWT access tokens (RFC 9068 section
// 2.2.3.1).
func TestRolesAndGroups(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) {
		c.Scopes, c.TokenFormat = append(c.Scopes, "roles", "groups"), client.JWT
	})
	bare := r.signIn("openid roles groups", nil)
	assert.Equal(t, []string{}, r.released(bare["access_token"])["roles"], "known to have none")
	assert.Equal(t, []any{}, claimsOf(t, bare["access_token"])["groups"])
	r.user.Roles = []string{"admin", "auditor"}
	require.NoError(t, r.store.UpdateUser(t.Context(), r.user))
	all := r.signIn("openid roles groups", nil)
	for name, want := range map[string]any{"roles": []any{"admin", "auditor"}, "groups": []any{"admin", "auditor"}} {
		assert.Equal(t, want, claimsOf(t, all["access_token"])[name])
		assert.Equal(t, r.user.Roles, r.released(all["access_token"])[name])
	}
	some := r.signIn("openid roles", nil)
	assert.NotContains(t, claimsOf(t, some["access_token"]), "groups")
	assert.NotContains(t, r.released(some["access_token"]), "groups")
	none := r.signIn("openid", nil)
	assert.NotContains(t, claimsOf(t, none["access_token"]), "roles")
	assert.NotContains(t, r.released(none["access_token"]), "roles")
}

// Spring's resource server refuses the typ at+jwt, and express-jwt expects RS256, so both can be
// registered. fosite's StatelessJWTValidator accepts an ID token as an access token; here neither is
// accepted as the other, whatever their headers say.
func TestIDTokensAreNoAccessTokens(t *testing.T) {
	for _, tc := range []struct{ alg, typ, wantAlg, wantTyp string }{
		{"", "", "ES256", "at+jwt"}, {"EdDSA", client.TypeJWT, "EdDSA", "JWT"}, {"RS256", client.TypeJWT, "RS256", "JWT"}, {"PS256", client.TypeAccessToken, "PS256", "at+jwt"},
	} {
		t.Run(tc.wantAlg, func(t *testing.T) {
			r := newRefreshing(t, func(c *client.Client) {
				c.TokenFormat, c.AccessTokenAlg, c.AccessTokenTyp, c.IDTokenAlg = client.JWT, tc.alg, tc.typ, tc.alg
			})
			require.NoError(t, r.keys.Ensure(t.Context(), audittest.Operator(), keys.RS256, keys.PS256))
			tokens := r.signIn("openid", nil)
			access, idToken := tokens["access_token"].(string), tokens["id_token"].(string)
			header := claimsOf(t, "."+strings.Split(access, ".")[0]+".")
			assert.Equal(t, tc.wantAlg, header["alg"])
			assert.Equal(t, tc.wantTyp, header["typ"])
			assert.True(t, r.active("app", r.secret, access))
			assert.NotEmpty(t, r.released(access)["sub"])
			assert.False(t, r.active("app", r.secret, idToken))
			ask := request(nil)
			ask.Authorization = []string{"Bearer " + idToken}
			_, err := r.provider.UserInfo(t.Context(), ask)
			assertRefused(t, err, "invalid_token")
			_, err = r.idTokens.Hint(t.Context(), idToken)
			require.NoError(t, err)
			_, err = r.idTokens.Hint(t.Context(), access)
			require.Error(t, err, "an access token is no hint")
		})
	}
}

// Applications request from every provider scopes that one of them has: beside openid, undefined
// ones are ignored and the response says what was granted. A defined scope that the client is not
// registered for is refused.
func TestUndefinedScopesAreIgnoredBesideOpenID(t *testing.T) {
	r := newRefreshing(t, nil)
	_, err := consent.NewCatalogue(r.store, r.gate, func() time.Time { return *r.now.Load() }).Create(t.Context(), audittest.Operator(), consent.Scope{Name: "orders:read"})
	require.NoError(t, err)
	require.NoError(t, r.scopes.Learn(t.Context()))
	first := r.signIn("openid read:user profile user:email", nil)
	assert.Equal(t, "openid profile", first["scope"])
	refreshed, err := r.refresh(first["refresh_token"], url.Values{"scope": {"openid read:user"}})
	require.NoError(t, err)
	assert.Equal(t, "openid", refreshed["scope"])

	for scope, text := range map[string]string{
		"openid orders:read": "the scope orders:read", "openid email": "the scope email", "openid Profile": "",
		"profile read:user": "the scope read:user", "openid a<b>": "", "openid " + strings.Repeat("x", 501): "",
	} {
		request, err := r.provider.CheckForm(t.Context(), r.params(url.Values{"scope": {scope}}))
		if scope == "openid Profile" || scope == "openid a<b>" {
			require.NoError(t, err, scope)
			assert.Equal(t, []string{"openid"}, request.Scopes, "compared exactly, it is undefined")
			continue
		}
		got := assertRefused(t, err, "invalid_scope")
		assert.Contains(t, got.Description, text, scope)
	}
}

// A scope or audience that the client may no longer request is lost at once, for issued tokens too;
// a list that became empty is a refusal, not "no limit".
func TestAWithdrawnRegistrationAppliesAtEachUse(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.Audience = append(c.Audience, issuer) })
	resources := url.Values{"resource": {"https://a", issuer}}
	first := r.signIn("profile openid", resources)
	approve := func(scope string) string {
		code, err := r.approve(t.Context(), r.flow(url.Values{"scope": {scope}}), r.session, false)
		require.NoError(t, err)
		return code
	}
	profile, both := approve("profile"), approve("openid profile")
	look := func() oauth.Introspection {
		got, err := r.provider.Introspect(t.Context(), basic("app", r.secret, url.Values{"token": {first["access_token"].(string)}}))
		require.NoError(t, err)
		return got
	}
	ask := func() error {
		request := request(nil)
		request.Authorization = []string{"Bearer " + first["access_token"].(string)}
		_, err := r.provider.UserInfo(t.Context(), request)
		return err
	}
	change := func(change func(c *client.Client)) {
		r.update("app", change)
		r.directory.Forget("app")
	}
	require.NoError(t, ask())
	assert.Equal(t, "profile openid", look().Scope)

	change(func(c *client.Client) { c.Scopes, c.Audience = []string{"openid"}, []string{issuer} })
	assert.Equal(t, "openid", look().Scope)
	assert.Equal(t, []string{issuer}, look().Audience)
	require.NoError(t, ask())
	answer, err := r.exchange(r.secret, both)
	require.NoError(t, err)
	assert.Equal(t, "openid", answer.Parameters["scope"])
	_, err = r.exchange(r.secret, profile)
	assertRefused(t, err, "invalid_scope")

	change(func(c *client.Client) { c.Scopes, c.Audience = []string{"openid"}, []string{"https://b"} })
	assert.Equal(t, oauth.Introspection{}, look())
	assertRefused(t, ask(), "invalid_token")
	change(func(c *client.Client) { c.Scopes, c.Audience = nil, []string{issuer} })
	assert.Equal(t, oauth.Introspection{}, look())
	assertRefused(t, ask(), "invalid_token")
	_, err = r.refresh(first["refresh_token"], nil)
	assertRefused(t, err, "invalid_scope")
	change(func(c *client.Client) { c.Scopes = []string{"offline_access", "profile"} })
	assertRefused(t, ask(), "insufficient_scope")
}
