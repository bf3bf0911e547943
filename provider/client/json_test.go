package client_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

func object(t *testing.T, text string) map[string]json.RawMessage {
	t.Helper()
	var properties map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(text), &properties))
	return properties
}

func TestMergeChangesWhatTheObjectNames(t *testing.T) {
	t.Parallel()
	c := &client.Client{Name: "Shop", Scopes: []string{"a"}, RequirePKCE: true, AccessTokenLifetime: time.Minute, LogoURI: "https://a/x.png"}
	require.NoError(t, c.Merge(object(t, `{"client_name":"Store","scopes":["b","c"],"access_token_lifetime":900,"logo_uri":null,"grant_types":["client_credentials"],"rate_limit":7}`)))
	assert.Equal(t, &client.Client{
		Name: "Store", Scopes: []string{"b", "c"}, RequirePKCE: true, AccessTokenLifetime: 15 * time.Minute,
		GrantTypes: []client.GrantType{client.ClientCredentials}, RateLimit: 7,
	}, c)
	require.NoError(t, c.Merge(object(t, `{"name":"Shop","scope":"x  y","confidential":false}`)))
	assert.Equal(t, []any{"Shop", []string{"x", "y"}, client.None}, []any{c.Name, c.Scopes, c.AuthMethod})
	require.NoError(t, c.Merge(object(t, `{"confidential":true}`)))
	assert.Equal(t, client.SecretBasic, c.AuthMethod)
}

func TestMergeNamesEveryFault(t *testing.T) {
	t.Parallel()
	var invalid *client.Invalid
	err := new(client.Client).Merge(object(t, `{"client_name":1,"scopes":"a","require_pkce":"yes","access_token_lifetime":"1h","rate_limit":1.5,"shoe_size":7,"scope":[],"confidential":1}`))
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, []client.Problem{
		{Field: "access_token_lifetime", Fault: fault.Plain("must be a whole number of seconds")},
		{Field: "client_name", Fault: fault.Plain("must be a text")},
		{Field: "confidential", Fault: fault.Plain("must be true or false")},
		{Field: "rate_limit", Fault: fault.Plain("must be a whole number")},
		{Field: "require_pkce", Fault: fault.Plain("must be true or false")},
		{Field: "scope", Fault: fault.Plain("must be a text of names separated by spaces")},
		{Field: "scopes", Fault: fault.Plain("must be a list of texts")},
		{Field: "shoe_size", Fault: fault.Plain("is not a property of a client")},
	}, invalid.Problems)
}

// What a client is read as can be sent back.
func TestPropertiesAreWhatMergeTakes(t *testing.T) {
	t.Parallel()
	c := &client.Client{Name: "Shop", Type: client.Web, AuthMethod: client.SecretBasic, GrantTypes: []client.GrantType{client.AuthorizationCode}, TokenFormat: client.JWT, RefreshTokenIdle: time.Hour, Contacts: []string{"ops"}}
	text, err := json.Marshal(c.Properties())
	require.NoError(t, err)
	same := &client.Client{}
	require.NoError(t, same.Merge(object(t, string(text))))
	again, err := json.Marshal(same.Properties())
	require.NoError(t, err)
	assert.JSONEq(t, string(text), string(again))
}

// In a merge patch null takes a value away: what is never empty gets what it has in a new registration.
func TestMergeOfNull(t *testing.T) {
	t.Parallel()
	c := client.Client{ID: "shop", Name: "Shop", Type: client.Native, TokenFormat: client.JWT, AuthMethod: client.None, RefreshTokenRotation: client.Reuse, AccessTokenLifetime: time.Hour}
	require.NoError(t, c.Merge(object(t, `{"client_name":null,"client_type":null,"access_token_format":null,"token_endpoint_auth_method":null,"refresh_token_rotation":null,"access_token_lifetime":null}`)))
	assert.Equal(t, client.Client{ID: "shop", Name: "shop", Type: client.Web, TokenFormat: client.Opaque, AuthMethod: client.SecretBasic, RefreshTokenRotation: client.Rotate}, c)
}

// The other names of properties are no other properties. Nothing that a client cannot get back is lost by
// null.
func TestMergeOfNullByOtherNames(t *testing.T) {
	t.Parallel()
	c := client.Client{ID: "shop", Name: "Shop", Scopes: []string{"a"}, Disabled: true, AuthMethod: client.PrivateKeyJWT}
	require.NoError(t, c.Merge(object(t, `{"name":null,"scope":null,"disabled":null,"confidential":null}`)))
	assert.Equal(t, client.Client{ID: "shop", Name: "shop", Scopes: []string{}, AuthMethod: client.PrivateKeyJWT}, c)
	c.AuthMethod = client.None
	require.NoError(t, c.Merge(object(t, `{"confidential":null}`)))
	assert.False(t, c.Public(), "as with token_endpoint_auth_method")
	require.NoError(t, c.Merge(object(t, `{"disabled":true}`)))
	require.NoError(t, c.Merge(object(t, `{}`)))
	assert.True(t, c.Disabled)
}

// Which of two names of one property counted would be chance.
func TestMergeOfContradictions(t *testing.T) {
	t.Parallel()
	for text, field := range map[string]string{
		`{"confidential":true,"token_endpoint_auth_method":"none"}`:                "confidential",
		`{"confidential":null,"token_endpoint_auth_method":"none"}`:                "confidential",
		`{"confidential":false,"token_endpoint_auth_method":"client_secret_post"}`: "confidential",
		`{"confidential":false,"token_endpoint_auth_method":null}`:                 "confidential",
		`{"name":"a","client_name":"b"}`:                                           "name",
		`{"name":null,"client_name":"b"}`:                                          "name",
		`{"scope":null,"scopes":["b"]}`:                                            "scope",
	} {
		var invalid *client.Invalid
		c := client.Client{}
		require.ErrorAs(t, c.Merge(object(t, text)), &invalid, text)
		assert.Equal(t, field, invalid.Problems[0].Field, text)
		assert.Contains(t, invalid.Problems[0].Fault.String(), "says something else than", text)
	}
	for _, text := range []string{
		`{"confidential":true,"token_endpoint_auth_method":"private_key_jwt"}`, `{"confidential":null,"token_endpoint_auth_method":null}`,
		`{"confidential":false,"token_endpoint_auth_method":"none"}`, `{"scope":null,"scopes":null,"name":"a","client_name":"a"}`,
	} {
		require.NoError(t, new(client.Client).Merge(object(t, text)), text)
	}
}

// A copy of a client keeps its lists when the client is changed: sectors, trust and tokens are judged by comparing both.
func TestMergeLeavesCopiesAlone(t *testing.T) {
	t.Parallel()
	c := &client.Client{ID: "shop", RedirectURIs: []string{"https://shop.example/cb"}, GrantTypes: []client.GrantType{client.AuthorizationCode}}
	was := *c
	require.NoError(t, c.Merge(map[string]json.RawMessage{"redirect_uris": json.RawMessage(`["https://evil.example/cb"]`), "grant_types": json.RawMessage(`["password"]`)}))
	assert.Equal(t, []string{"https://evil.example/cb"}, c.RedirectURIs)
	assert.Equal(t, []string{"https://shop.example/cb"}, was.RedirectURIs)
	assert.Equal(t, []client.GrantType{client.AuthorizationCode}, was.GrantTypes)
}
