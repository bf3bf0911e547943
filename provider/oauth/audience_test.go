package oauth_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// RFC 8707 section 2: without a resource the server may use a default. It does so where the client
// has a single audience and its tokens are JWTs, whose audience resource servers check.
func TestTheOnlyAudienceIsTheDefaultOfJWTTokens(t *testing.T) {
	h := newFixture(t)
	require.NoError(t, h.users.Create(t.Context(), audittest.Operator(), &account.User{Username: "alice"}, "through-the-glass"))
	all := []client.GrantType{client.ClientCredentials, client.Password}
	for name, tc := range map[string]struct {
		format   client.TokenFormat
		audience []string
		more     url.Values
		aud      []string
	}{
		"one":            {client.JWT, []string{"api"}, nil, []string{"api"}},
		"an empty one":   {client.JWT, []string{"api"}, url.Values{"resource": {""}, "audience": {" "}}, []string{"api"}},
		"none":           {client.JWT, nil, nil, nil},
		"a choice":       {client.JWT, []string{"api", "other"}, nil, nil},
		"chosen":         {client.JWT, []string{"api", "other"}, url.Values{"audience": {"other"}}, []string{"other"}},
		"for UserInfo":   {client.JWT, []string{"api"}, url.Values{"scope": {"openid read"}}, nil},
		"both":           {client.JWT, []string{"api"}, url.Values{"scope": {"openid"}, "resource": {"api"}}, []string{"api"}},
		"management":     {client.JWT, []string{"api"}, url.Values{"scope": {"gatehouse:users:read gatehouse:revocations:read"}}, nil},
		"asked for it":   {client.JWT, []string{"api"}, url.Values{"scope": {"gatehouse:users:read"}, "resource": {"api"}}, []string{"api"}},
		"of both":        {client.JWT, []string{"api"}, url.Values{"scope": {"gatehouse:users:read read"}}, []string{"api"}},
		"a similar name": {client.JWT, []string{"api"}, url.Values{"scope": {"gatehouse"}}, []string{"api"}},
		"the management": {client.JWT, []string{issuer + "/api/v1"}, url.Values{"scope": {"gatehouse:users:read gatehouse:revocations:read"}}, []string{issuer + "/api/v1"}},
		"the feed":       {client.JWT, []string{issuer + "/api/v1"}, url.Values{"scope": {"gatehouse:revocations:read"}}, nil},
		"introspectable": {client.Opaque, []string{"api"}, nil, nil},
	} {
		id := "client-" + strings.ReplaceAll(name, " ", "-")
		secret := h.client(client.Client{ID: id, FirstParty: true, GrantTypes: all, TokenFormat: tc.format, IDTokenAlg: "ES256", Scopes: []string{"openid", "read", "gatehouse", "gatehouse:users:read", "gatehouse:revocations:read"}, Audience: tc.audience})
		for _, grant := range all {
			form := url.Values{"grant_type": {string(grant)}, "scope": {"read"}, "username": {"alice"}, "password": {"through-the-glass"}}
			for parameter, values := range tc.more {
				form[parameter] = values
			}
			answer, err := h.provider.Token(t.Context(), basic(id, secret, form))
			require.NoError(t, err, name)
			got, err := h.provider.Introspect(t.Context(), basic(id, secret, url.Values{"token": {answer.Parameters["access_token"].(string)}}))
			require.NoError(t, err, name)
			assert.ElementsMatch(t, tc.aud, got.Audience, "%s: %s", name, grant)
			if tc.format == client.JWT && tc.aud == nil {
				assert.Equal(t, issuer, claimsOf(t, answer.Parameters["access_token"])["aud"], "%s: no API takes it, of an administrator neither", name)
			}
		}
	}
}

// The consent names the default audience, and refreshing keeps it.
func TestTheDefaultAudienceIsAgreedTo(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.TokenFormat, c.Audience = client.JWT, []string{"https://a"} })
	assert.Equal(t, []string{"https://a"}, r.flow(url.Values{"scope": {"profile"}}).Request.Audience)
	assert.Empty(t, r.flow(url.Values{"scope": {"openid profile"}}).Request.Audience)
	first := r.signIn("profile", nil)
	second, err := r.refresh(first["refresh_token"], nil)
	require.NoError(t, err)
	for _, answer := range []map[string]any{first, second} {
		assert.Equal(t, "https://a", claimsOf(t, answer["access_token"])["aud"])
	}

	// UserInfo is for tokens that are the provider's.
	open := r.signIn("openid", nil)
	assert.Equal(t, issuer, claimsOf(t, open["access_token"])["aud"])
	assert.NotEmpty(t, r.released(open["access_token"])["sub"])
}
