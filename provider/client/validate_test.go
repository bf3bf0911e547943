package client_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

func valid() client.Client {
	return client.Client{
		ID: "shop", Name: "Web shop", Type: client.Web, AuthMethod: client.SecretBasic, TokenFormat: client.Opaque,
		GrantTypes: []client.GrantType{client.ClientCredentials}, Scopes: []string{"read", "write"}, DefaultScopes: []string{"read"},
		Audience: []string{"https://api.example.com"},
	}
}

func TestValidateAccepts(t *testing.T) {
	c := valid()
	require.NoError(t, c.Validate())
}

func TestValidateNamesTheFaultyField(t *testing.T) {
	cases := []struct {
		name, field string
		spoil       func(c *client.Client)
	}{
		{"id with a space", "client_id", func(c *client.Client) { c.ID = "my shop" }},
		{"id that HTML would need quoted", "client_id", func(c *client.Client) { c.ID = "<script>" }},
		{"id too long", "client_id", func(c *client.Client) { c.ID = strings.Repeat("a", 201) }},
		{"no name", "client_name", func(c *client.Client) { c.Name = " " }},
		{"name with a line break", "client_name", func(c *client.Client) { c.Name = "a\nb" }},
		{"name with a control sequence", "client_name", func(c *client.Client) { c.Name = "a\u009b2J" }},
		{"name that is not shown as it is", "client_name", func(c *client.Client) { c.Name = "kcabllac\u202e" }},
		{"contact with an escape sequence", "contacts", func(c *client.Client) { c.Contacts = []string{"a@example.com", "\x1b[2J"} }},
		{"home page with a mark", "client_uri", func(c *client.Client) { c.URI = "https://a.example/\u200f" }},
		{"privacy policy with a mark", "policy_uri", func(c *client.Client) { c.PolicyURI = "https://a.example/\u202e" }},
		{"terms of service with a mark", "tos_uri", func(c *client.Client) { c.TOSURI = "https://a.example/\u2066" }},
		{"logo with a mark", "logo_uri", func(c *client.Client) { c.LogoURI = "https://a.example/\u061c" }},
		{"audience with a mark", "audience", func(c *client.Client) { c.Audience = []string{"https://a.example/\u202e"} }},
		{"audience with a line break", "audience", func(c *client.Client) { c.Audience = []string{"a\nb"} }},
		{"unknown type", "client_type", func(c *client.Client) { c.Type = "desktop" }},
		{"unknown method", "token_endpoint_auth_method", func(c *client.Client) { c.AuthMethod = "password" }},
		{"unknown format", "access_token_format", func(c *client.Client) { c.TokenFormat = "JWT" }},
		{"alg none", "id_token_signed_response_alg", func(c *client.Client) { c.IDTokenAlg = "none" }},
		{"HS256", "id_token_signed_response_alg", func(c *client.Client) { c.IDTokenAlg = "HS256" }},
		{"negative lifetime", "access_token_lifetime", func(c *client.Client) { c.AccessTokenLifetime = -time.Second }},
		{"negative rate limit", "rate_limit", func(c *client.Client) { c.RateLimit = -1 }},
		{"endless rate limit", "rate_limit", func(c *client.Client) { c.RateLimit = 100_001 }},
		{"endless lifetime", "access_token_lifetime", func(c *client.Client) { c.AccessTokenLifetime = 365 * 24 * time.Hour }},
		{"grant type in other case", "grant_types", func(c *client.Client) { c.GrantTypes = []client.GrantType{"Client_Credentials"} }},
		{"implicit", "grant_types", func(c *client.Client) { c.GrantTypes = []client.GrantType{"implicit"} }},
		{"grant type twice", "grant_types", func(c *client.Client) { c.GrantTypes = append(c.GrantTypes, client.ClientCredentials) }},
		{"public client with client credentials", "grant_types", func(c *client.Client) { c.AuthMethod = client.None }},
		{"public client that introspects", "may_introspect", func(c *client.Client) { c.AuthMethod, c.GrantTypes, c.MayIntrospect = client.None, nil, true }},
		{"password of a third party", "grant_types", func(c *client.Client) { c.GrantTypes = []client.GrantType{client.Password} }},
		{"code without redirect URI", "redirect_uris", func(c *client.Client) { c.GrantTypes = []client.GrantType{client.AuthorizationCode} }},
		{"scope with a quotation mark", "scopes", func(c *client.Client) { c.Scopes = append(c.Scopes, `a"b`) }},
		{"scope with a space", "scopes", func(c *client.Client) { c.Scopes = append(c.Scopes, "a b") }},
		{"scope twice", "scopes", func(c *client.Client) { c.Scopes = append(c.Scopes, "read") }},
		{"default scope not registered", "default_scopes", func(c *client.Client) { c.DefaultScopes = []string{"admin"} }},
		{"audience with a space", "audience", func(c *client.Client) { c.Audience = []string{"a b"} }},
		{"audience twice", "audience", func(c *client.Client) { c.Audience = []string{"a", "a"} }},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			c := valid()
			tc.spoil(&c)
			var invalid *client.Invalid
			require.ErrorAs(t, c.Validate(), &invalid)
			fields := make([]string, len(invalid.Problems))
			for i, p := range invalid.Problems {
				fields[i] = p.Field
			}
			assert.Contains(t, fields, tc.field)
		})
	}
}

func TestValidateReportsEveryFaultAtOnce(t *testing.T) {
	c := client.Client{Scopes: []string{""}}
	var invalid *client.Invalid
	require.ErrorAs(t, c.Validate(), &invalid)
	assert.GreaterOrEqual(t, len(invalid.Problems), 5)
}

// Redirect URIs at registration. Those of requests are later compared exactly with what is accepted
// here (RFC 9700 section 2.1, Keycloak CVE-2023-6291).
func TestRedirectURIsAtRegistration(t *testing.T) {
	cases := []struct {
		uri  string
		kind client.Type
		ok   bool
	}{
		{"https://app.example.com/cb", client.Web, true},
		{"https://app.example.com/cb?tenant=1", client.Web, true},
		{"https://app.example.com:8443/cb", client.Web, true},
		{"http://127.0.0.1:5555/callback", client.Web, true},
		{"http://localhost:5173/callback", client.Native, true},
		{"http://[::1]/callback", client.Native, true},
		{"com.example.app:/callback", client.Native, true},
		{"com.example.app:/callback", client.Web, false},
		{"myapp://callback", client.Native, false},
		{"http://app.example.com/cb", client.Web, false},
		{"http://localhost.evil.example/cb", client.Native, false},
		{"http://127.0.0.1.evil.example/cb", client.Native, false},
		{"https://user:pw@app.example.com/cb", client.Web, false},
		{"https://app.example.com/cb#top", client.Web, false},
		{"https://app.example.com/cb#", client.Web, false},
		{"https://*.example.com/cb", client.Web, false},
		{"https://app.example.com/*", client.Web, false},
		{"https://app.example.com;script-src/cb", client.Web, false},
		{"https://app.example.com'/cb", client.Web, false},
		{"https://app.example.com,evil.example/cb", client.Web, false},
		{"https:///cb", client.Web, false},
		{"https:app.example.com", client.Web, false},
		{"/cb", client.Web, false},
		{"", client.Web, false},
		{"javascript:alert(1)", client.Native, false},
		{"data:text/html,x", client.Native, false},
		{"file:///etc/passwd", client.Native, false},
		{"https://app.example.com/c b", client.Web, false},
		{"https://app.example.com\\@evil.example/", client.Web, false},
		{"https://app.example.com/\u00e9", client.Web, false},
		{"https://app.example.com/%zz", client.Web, false},
		{"https://app.example.com/" + strings.Repeat("a", 2000), client.Web, false},
	}
	for _, tc := range cases {
		t.Run(string(tc.kind)+" "+tc.uri[:min(len(tc.uri), 60)], func(t *testing.T) {
			c := valid()
			c.Type, c.RedirectURIs = tc.kind, []string{tc.uri}
			assert.Equal(t, tc.ok, c.Validate() == nil)
		})
	}
}

func TestOriginsAreThoseOfPublicClientsOnly(t *testing.T) {
	c := valid()
	c.RedirectURIs = []string{"https://app.example.com/cb", "https://app.example.com/other", "http://localhost:5173/cb", "com.example.app:/cb"}
	assert.Empty(t, c.Origins())
	c.AuthMethod = client.None
	assert.Equal(t, []string{"https://app.example.com", "http://localhost:5173"}, c.Origins())
	c.RedirectURIs = []string{"HTTPS://App.Example.com:443/cb"}
	assert.Equal(t, []string{"https://app.example.com"}, c.Origins(), "as browsers write it")
}

// Names are compared exactly: fosite's defaults accept wildcards, prefixes and any letter case.
func TestPermissionsAreExact(t *testing.T) {
	c := valid()
	assert.True(t, c.MayAsk("read"))
	assert.False(t, c.MayAsk("READ"))
	assert.False(t, c.MayAsk("*"))
	assert.True(t, c.MayReach("https://api.example.com"))
	assert.False(t, c.MayReach("https://api.example.com/"))
	assert.False(t, c.MayReach("https://api.example.com/a/../admin"))
	assert.False(t, c.MayUse("CLIENT_CREDENTIALS"))
}

// RFC 8252 section 7.1 wants a domain name as the scheme, but applications with other schemes are
// in use: a flag accepts the risk. Schemes of browsers are refused in any case.
func TestUndottedSchemesNeedAFlag(t *testing.T) {
	t.Parallel()
	valid := func(uri string, kind client.Type, undotted bool) bool {
		c := client.Client{
			ID: "app", Name: "App", Type: kind, AuthMethod: client.None, TokenFormat: client.Opaque, RedirectURIs: []string{uri},
			GrantTypes: []client.GrantType{client.AuthorizationCode}, AllowUndottedScheme: undotted,
		}
		return c.Validate() == nil
	}
	for _, uri := range []string{"audiobookshelf://oauth", "cursor://anysphere.cursor-mcp/oauth/callback", "obsidian:/cb", "vscode://x.y/z"} {
		assert.False(t, valid(uri, client.Native, false), uri)
		assert.True(t, valid(uri, client.Native, true), uri)
		assert.False(t, valid(uri, client.Web, true), uri)
		assert.True(t, client.Undotted(uri), uri)
	}
	for _, uri := range []string{"javascript:alert(1)", "JavaScript://x/%0aalert(1)", "data:text/html,x", "file:///x", "vbscript:x", "blob:x", "about:blank", "view-source:x", "mailto:a@example.com", "ws://x/", "intent://x"} {
		assert.False(t, valid(uri, client.Native, true), uri)
	}
	for _, uri := range []string{"https://app.example.com/cb", "http://127.0.0.1/cb", "com.example.app:/cb"} {
		assert.False(t, client.Undotted(uri), uri)
	}
	for port, want := range map[string]bool{"1": true, "65535": true, "65536": false, "0": false, "99999": false} {
		assert.Equal(t, want, valid("http://127.0.0.1:"+port+"/cb", client.Native, false), port)
	}
}
