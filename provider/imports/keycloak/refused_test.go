package keycloak_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/fault"
	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/password"
)

// lineOf is the line that is written for a refused client.
func lineOf(t *testing.T, representation string) (map[string]any, imports.Item) {
	t.Helper()
	items, err := read(t, strings.NewReader(`{"clients":[`+representation+`]}`), nil)
	require.NoError(t, err)
	require.Len(t, items, 1)
	for _, item := range items {
		var file bytes.Buffer
		fault := imports.Fault{}
		if item.Fault != nil {
			fault = *item.Fault
		}
		require.NoError(t, imports.WriteRefused(&file, item, fault))
		line := map[string]any{}
		require.NoError(t, json.Unmarshal(file.Bytes(), &line))
		return line, item
	}
	return nil, imports.Item{}
}

// again imports a line, and returns what it makes.
func again(t *testing.T, line map[string]any) (*client.Client, error) {
	t.Helper()
	text, err := json.Marshal(line)
	require.NoError(t, err)
	item, err := imports.NewLines(bytes.NewReader(text), imports.KindClient, imports.ParseClient).Next(t.Context())
	require.NoError(t, err)
	if item.Fault != nil {
		return nil, &client.Invalid{Problems: []client.Problem{{Field: item.Fault.Field, Fault: fault.Plain(item.Fault.Reason)}}}
	}
	c := item.Value.(*client.Imported).Client
	c.FillDefaults()
	return &c, c.Validate()
}

// A refused client stays refused until its line is mended, and is then what it was at Keycloak.
func TestRefusedClientsKeepWhatTheyHad(t *testing.T) {
	t.Parallel()
	const common = `"clientId":"x","secret":"0123456789abcdef0123456789abcdef","redirectUris":["https://a.example.com/cb"],"optionalClientScopes":["things"],"attributes":{"access.token.lifespan":"60"},`
	for name, test := range map[string]struct {
		representation string
		field          string
		mend           map[string]any // nil takes a property away
		grants         []client.GrantType
		uris           int
	}{
		"implicit alone": {
			`{` + common + `"publicClient":true,"implicitFlowEnabled":true}`, "/grant_types",
			map[string]any{"grant_types": []string{"authorization_code"}},
			[]client.GrantType{client.AuthorizationCode},
			1,
		},
		"direct access alone": {
			`{` + common + `"directAccessGrantsEnabled":true}`, "/grant_types",
			map[string]any{"first_party": true},
			[]client.GrantType{client.Password, client.RefreshToken},
			0,
		},
		"a method that is not known": {
			`{` + common + `"standardFlowEnabled":true,"serviceAccountsEnabled":true,"clientAuthenticatorType":"client-x509"}`, "/token_endpoint_auth_method",
			map[string]any{"token_endpoint_auth_method": "client_secret_basic"},
			[]client.GrantType{client.AuthorizationCode, client.RefreshToken, client.ClientCredentials},
			1,
		},
		"another protocol": {
			`{` + common + `"protocol":"saml","standardFlowEnabled":true}`, "/protocol",
			map[string]any{"protocol": nil},
			[]client.GrantType{client.AuthorizationCode, client.RefreshToken},
			1,
		},
		"bearer only": {
			`{"clientId":"x","secret":"0123456789abcdef0123456789abcdef","bearerOnly":true,"standardFlowEnabled":true,"optionalClientScopes":["things"],"attributes":{"access.token.lifespan":"60"}}`, "/bearer_only",
			map[string]any{"bearer_only": nil, "may_introspect": true},
			[]client.GrantType{},
			0,
		},
		"pairwise subjects": {
			`{` + common + `"standardFlowEnabled":true,"protocolMappers":[{"name":"x","protocolMapper":"oidc-sub-mapper","config":{"claim.name":"sub"}},{"name":"p","protocolMapper":"oidc-sha256-pairwise-sub-mapper","config":{"pairwiseSubAlgorithmSalt":"s","sectorIdentifierUri":"https://a.example.com/sector"}}]}`, "/subject_type",
			map[string]any{"subject_type": "pairwise"},
			[]client.GrantType{client.AuthorizationCode, client.RefreshToken},
			1,
		},
		"subjects by an attribute": {
			`{` + common + `"standardFlowEnabled":true,"protocolMappers":[{"name":"p","protocolMapper":"oidc-usermodel-attribute-mapper","config":{"claim.name":"sub","user.attribute":"number"}}]}`, "/subject_type",
			map[string]any{"subject_type": "public"},
			[]client.GrantType{client.AuthorizationCode, client.RefreshToken},
			1,
		},
		"a masked secret": {
			`{` + strings.Replace(common, "0123456789abcdef0123456789abcdef", "**********", 1) + `"standardFlowEnabled":true,"implicitFlowEnabled":true}`, "/client_secret",
			map[string]any{"client_secret": "0123456789abcdef0123456789abcdef"},
			[]client.GrantType{client.AuthorizationCode, client.RefreshToken},
			1,
		},
	} {
		line, item := lineOf(t, test.representation)
		require.NotNil(t, item.Fault, name)
		assert.Equal(t, test.field, item.Fault.Field, name)
		if name != "a masked secret" { // the sink refuses that
			_, err := again(t, line)
			assert.Error(t, err, "%s: as it was refused", name)
		}
		for property, value := range test.mend {
			line[property] = value
			if value == nil {
				delete(line, property)
			}
		}
		c, err := again(t, line)
		if assert.NoError(t, err, name) {
			assert.Equal(t, test.grants, c.GrantTypes, name)
			assert.Len(t, c.RedirectURIs, test.uris, name)
			assert.Contains(t, c.Scopes, "things", name)
			assert.Equal(t, "1m0s", c.AccessTokenLifetime.String(), name)
		}
	}
	usual, err := read(t, strings.NewReader(`{"clients":[{`+common+`"standardFlowEnabled":true,"protocolMappers":[{"name":"x","protocolMapper":"oidc-sub-mapper","config":{"claim.name":"sub"}},{"name":"y","protocolMapper":"oidc-usermodel-attribute-mapper","config":{"claim.name":"number"}}]}]}`), nil)
	require.NoError(t, err)
	assert.Nil(t, usual["client x"].Fault, "whose sub is the id")
	line, _ := lineOf(t, `{`+common+`"standardFlowEnabled":true,"implicitFlowEnabled":true,"clientAuthenticatorType":"client-x509"}`)
	assert.Contains(t, line["_notes"], "left out: the implicit flow, which is off unless GATEHOUSE_RESPONSE_TYPES turns it on", "which the line does not show")
}

// Redirect URIs imply the code flow where a person registers a client; at Keycloak they do not.
func TestNoFlowIsAdded(t *testing.T) {
	t.Parallel()
	items, err := read(t, strings.NewReader(`{"clients":[{"clientId":"x","secret":"s","serviceAccountsEnabled":true,"redirectUris":["https://a.example.com/cb"]},{"clientId":"y","secret":"s","redirectUris":["https://a.example.com/cb"]}]}`), nil)
	require.NoError(t, err)
	assert.Equal(t, []client.GrantType{client.ClientCredentials}, items["client x"].Value.(*client.Imported).GrantTypes)
	assert.Empty(t, items["client y"].Value.(*client.Imported).GrantTypes)
	assert.Contains(t, items["client x"].Notes, "left out: the redirect URIs, as the client has no flow that uses them")
}

// A user whose password is refused does not become one without a password by importing the line as it is.
func TestRefusedPasswordsStayRefused(t *testing.T) {
	t.Parallel()
	for _, credentials := range []string{
		`{"type":"password","value":"hunter2"}`,
		`{"type":"password","secretData":"{\"value\":\"aaaa\",\"salt\":\"aaaa\"}","credentialData":"{\"hashIterations\":1,\"algorithm\":\"md5\"}"}`,
		`{"type":"password","secretData":"x"},{"type":"password","secretData":"x"}`,
	} {
		items, err := read(t, strings.NewReader(`{"users":[{"username":"x","credentials":[`+credentials+`]}]}`), nil)
		require.NoError(t, err)
		item := items["user x"]
		require.NotNil(t, item.Fault)
		assert.NotContains(t, string(item.Source), "hunter2")
		again, err := imports.NewLines(bytes.NewReader(item.Source), imports.KindUser, imports.ParseUser).Next(t.Context())
		require.NoError(t, err)
		require.Nil(t, again.Fault)
		_, err = password.Adopt(again.Value.(*account.User).PasswordHash)
		assert.ErrorIs(t, err, password.ErrForeignHash, credentials)
	}
}

// Where a client is told of sign-outs, and how its UserInfo is signed, goes on as far as this server can.
func TestAnswersGoOn(t *testing.T) {
	t.Parallel()
	items, err := read(t, strings.NewReader(`{"clients":[
		{"clientId":"x","publicClient":true,"attributes":{"backchannel.logout.url":"https://a.example.com/out","user.info.response.signature.alg":"ES256","frontchannel.logout.url":"https://a.example.com/frame"}},
		{"clientId":"y","publicClient":true,"attributes":{"user.info.response.signature.alg":"unsigned"}}]}`), nil)
	require.NoError(t, err)
	x := items["client x"].Value.(*client.Imported)
	assert.Equal(t, []string{"https://a.example.com/out", "ES256"}, []string{x.BackChannelLogoutURI, x.UserInfoSigningAlg})
	assert.Equal(t, []string{"left out: frontchannel_logout_uri"}, items["client x"].Notes)
	y := items["client y"]
	require.Nil(t, y.Fault)
	assert.Empty(t, y.Value.(*client.Imported).UserInfoSigningAlg)
	assert.Empty(t, y.Notes)
}
