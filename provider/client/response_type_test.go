package client_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// OpenID Connect Registration section 2 has the grant types of each response type, RFC 6749 section
// 3.1.1 that their words have no order.
func TestResponseTypes(t *testing.T) {
	t.Parallel()
	code, implicit := client.AuthorizationCode, client.Implicit
	for kind, grants := range map[string][]client.GrantType{
		"code": {code}, "id_token": {implicit}, "id_token token": {implicit},
		"code id_token": {code, implicit}, "code token": {code, implicit}, "code id_token token": {code, implicit},
	} {
		assert.Contains(t, client.ResponseTypes(), kind)
		assert.Equal(t, kind, client.ResponseType(kind))
		assert.Equal(t, grants, client.GrantsOf(kind), kind)
	}
	assert.Equal(t, "code id_token token", client.ResponseType("token code id_token"))
	for _, other := range []string{"", "token", "none", "Code", "code  token", "code code", "code token token", "id_token ", "id_token\ttoken"} {
		assert.Empty(t, client.ResponseType(other), "%q", other)
	}
	assert.True(t, client.Returns("code id_token", "id_token"))
	assert.False(t, client.Returns("code id_token", "token"), "a word, not a part of one")
}

func TestResponseTypesOfARegistration(t *testing.T) {
	t.Parallel()
	both := []client.GrantType{client.AuthorizationCode, client.Implicit}
	registered := func(change func(c *client.Client)) *client.Client {
		c := &client.Client{ID: "app", Name: "App", Type: client.Web, AuthMethod: client.SecretBasic, TokenFormat: client.Opaque, GrantTypes: both, RedirectURIs: []string{"https://app.example.com/cb"}, ResponseTypes: []string{"code", "id_token"}}
		change(c)
		return c
	}
	for name, tc := range map[string]struct {
		change func(c *client.Client)
		want   map[string]fault.Code
	}{
		"fine":                     {func(*client.Client) {}, nil},
		"all of them":              {func(c *client.Client) { c.ResponseTypes = client.ResponseTypes() }, nil},
		"code alone needs no word": {func(c *client.Client) { c.ResponseTypes, c.GrantTypes = nil, both[:1] }, nil},
		"neither does a service": {func(c *client.Client) {
			c.ResponseTypes, c.GrantTypes, c.RedirectURIs = nil, []client.GrantType{client.ClientCredentials}, nil
		}, nil},
		"unknown":                    {func(c *client.Client) { c.ResponseTypes = []string{"code", "id_token", "token"} }, map[string]fault.Code{"/response_types/2": fault.Response}},
		"twice":                      {func(c *client.Client) { c.ResponseTypes = []string{"code id_token", "id_token code"} }, map[string]fault.Code{"/response_types": fault.ResponseTwice}},
		"without implicit":           {func(c *client.Client) { c.GrantTypes = both[:1] }, map[string]fault.Code{"/response_types/1": fault.ResponseGrant}},
		"without authorization_code": {func(c *client.Client) { c.GrantTypes = both[1:] }, map[string]fault.Code{"/response_types/0": fault.ResponseGrant}},
		"implicit for nothing":       {func(c *client.Client) { c.ResponseTypes = nil }, map[string]fault.Code{"/grant_types": fault.GrantImplicit}},
		"no redirect URI": {func(c *client.Client) {
			c.ResponseTypes, c.GrantTypes, c.RedirectURIs = []string{"id_token"}, both[1:], nil
		}, map[string]fault.Code{"/redirect_uris": fault.GrantRedirect}},
		"localhost":          {func(c *client.Client) { c.RedirectURIs = append(c.RedirectURIs, "http://localhost/cb") }, map[string]fault.Code{"/redirect_uris/1": fault.URIImplicit}},
		"localhost by https": {func(c *client.Client) { c.RedirectURIs[0] = "https://localhost:5001/cb" }, nil},
		"localhost for code alone": {func(c *client.Client) {
			c.ResponseTypes, c.GrantTypes, c.RedirectURIs = nil, both[:1], []string{"http://localhost/cb"}
		}, nil},
		"native": {func(c *client.Client) {
			c.Type, c.RedirectURIs = client.Native, []string{"com.example.app:/cb", "http://127.0.0.1/cb"}
		}, nil},
		"native with an access token": {func(c *client.Client) {
			c.Type, c.RedirectURIs, c.ResponseTypes = client.Native, []string{"https://app.example/cb", "com.example.app:/cb"}, []string{"code token"}
		}, map[string]fault.Code{"/redirect_uris/1": fault.URIImplicitToken}},
		"classes with spaces":          {func(c *client.Client) { c.DefaultACRs = []string{"1 2"} }, map[string]fault.Code{"/default_acr_values": fault.ACRs}},
		"the same class twice":         {func(c *client.Client) { c.DefaultACRs = []string{"1", "1"} }, map[string]fault.Code{"/default_acr_values": fault.ACRs}},
		"too many classes":             {func(c *client.Client) { c.DefaultACRs = make([]string, 21) }, map[string]fault.Code{"/default_acr_values": fault.ACRs}},
		"an age of less than a second": {func(c *client.Client) { c.DefaultMaxAge = 1 }, map[string]fault.Code{"/default_max_age": fault.MaxAge}},
		"an age before the request":    {func(c *client.Client) { c.DefaultMaxAge = -1e9 }, map[string]fault.Code{"/default_max_age": fault.MaxAge}},
	} {
		c := registered(tc.change)
		err := c.Validate()
		if tc.want == nil {
			assert.NoError(t, err, name)
			continue
		}
		var invalid *client.Invalid
		require.ErrorAs(t, err, &invalid, name)
		got := map[string]fault.Code{}
		for _, p := range invalid.Problems {
			got[p.Pointer()] = p.Fault.Code
		}
		assert.Equal(t, tc.want, got, name)
	}
}

// What a registration omits is what its redirect URIs and response types need.
func TestResponseTypesImplyTheirGrants(t *testing.T) {
	t.Parallel()
	uris := []string{"https://app.example.com/cb"}
	for _, tc := range []struct {
		types, before []string
		want          []client.GrantType
	}{
		{nil, nil, []client.GrantType{client.AuthorizationCode}},
		{[]string{"id_token"}, nil, []client.GrantType{client.Implicit}},
		{[]string{"token id_token code"}, nil, []client.GrantType{client.AuthorizationCode, client.Implicit}},
		{[]string{"id_token", "code"}, []string{"refresh_token"}, []client.GrantType{client.Implicit, client.AuthorizationCode}},
		{[]string{"code"}, []string{"authorization_code"}, nil},
	} {
		c := client.Client{RedirectURIs: uris, ResponseTypes: tc.types}
		for _, g := range tc.before {
			c.GrantTypes = append(c.GrantTypes, client.GrantType(g))
		}
		before := slices.Clone(c.GrantTypes)
		assert.Equal(t, tc.want, c.ImplyGrants())
		assert.Equal(t, append(before, tc.want...), c.GrantTypes)
	}
	service := client.Client{ResponseTypes: []string{"id_token"}}
	assert.Empty(t, service.ImplyGrants(), "nothing is sent anywhere")
}
