package registration_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/registration"
)

// RFC 7591 section 3.2.1: the answer is what is registered, with the defaults of section 2.
func TestAClientRegistersWithTheDefaultsOfTheStandard(t *testing.T) {
	f := newFixture(t)
	made := f.register(nil)
	got := properties(t, made)
	for name, want := range map[string]any{
		"client_name": "Notes", "token_endpoint_auth_method": "client_secret_basic", "application_type": "web",
		"grant_types": []any{"authorization_code"}, "response_types": []any{"code"}, "redirect_uris": []any{"https://notes.example/cb"},
		"scope": "openid profile email tools", "client_secret_expires_at": float64(0), "client_id_issued_at": float64(f.now.Load().Unix()),
		"registration_client_uri": endpoint + "/" + made.Client.ID, "id_token_signed_response_alg": "RS256", "subject_type": "public",
	} {
		assert.Equal(t, want, got[name], name)
	}
	assert.NotContains(t, got, "id_token_encrypted_response_enc")
	encrypted := properties(t, f.register(map[string]any{
		"jwks_uri": "https://notes.example/jwks", "id_token_encrypted_response_alg": "RSA-OAEP-256", "userinfo_encrypted_response_alg": "ECDH-ES", "userinfo_encrypted_response_enc": "A256GCM",
	}))
	assert.Equal(t, "A128CBC-HS256", encrypted["id_token_encrypted_response_enc"], "RFC 7591 section 3.2.1: what the server chose, too")
	assert.Equal(t, "A256GCM", encrypted["userinfo_encrypted_response_enc"])
	assert.Len(t, got["client_secret"], 64)
	assert.True(t, strings.HasPrefix(got["registration_access_token"].(string), "gh_ra_"))

	c, err := f.store.Client(t.Context(), made.Client.ID)
	require.NoError(t, err)
	assert.Equal(t, client.Unverified, c.Trust)
	assert.Equal(t, []string{"openid"}, c.DefaultScopes)
	assert.Equal(t, []string{"https://mcp.example.com/mcp"}, c.Audience)
	assert.Equal(t, client.JWT, c.TokenFormat)
	kept, err := f.store.Registration(t.Context(), c.ID)
	require.NoError(t, err)
	assert.NotContains(t, string(kept.Hash), made.Token, "the token is stored as a hash")
	records, err := f.store.Records(t.Context(), audit.Filter{ClientID: c.ID}, 10)
	require.NoError(t, err)
	require.Len(t, records, 1)
	assert.Equal(t, audit.ClientCreate, records[0].Action)
	assert.Equal(t, audit.ClientActor, records[0].Actor.Kind)
	assert.Equal(t, c.ID, records[0].Actor.ID)
}

// What the Model Context Protocol's TypeScript SDK and VS Code send. Neither lets a person choose.
func TestProgramsOnAMachineRegister(t *testing.T) {
	f := newFixture(t)
	sdk := f.register(map[string]any{
		"redirect_uris": []string{"http://localhost:8090/callback"}, "token_endpoint_auth_method": "none",
		"grant_types": []string{"authorization_code", "refresh_token"}, "response_types": []string{"code"},
	})
	assert.Equal(t, client.Native, sdk.Client.Type, "another port at the next start is accepted")
	assert.True(t, sdk.Client.MatchRedirectURI("http://localhost:9999/callback"))
	assert.Empty(t, sdk.Secret)
	assert.NotContains(t, properties(t, sdk), "client_secret_expires_at")

	code := f.register(map[string]any{
		"client_name": "Visual Studio Code", "application_type": "native", "token_endpoint_auth_method": "none",
		"redirect_uris": []string{"https://insiders.vscode.dev/redirect", "https://vscode.dev/redirect", "http://localhost/", "http://127.0.0.1/", "http://localhost:33418/", "http://127.0.0.1:33418/"},
		"grant_types":   []string{"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"}, "response_types": []string{"code"},
	})
	assert.Equal(t, []client.GrantType{client.AuthorizationCode, client.RefreshToken}, code.Client.GrantTypes, "what the server does not have is left out")

	cursor := map[string]any{"redirect_uris": []string{"cursor://anysphere.cursor-mcp/oauth/callback"}, "token_endpoint_auth_method": "none"}
	_, err := f.registry().Register(t.Context(), registration.Request{Body: body(cursor)})
	assert.Equal(t, refusal.InvalidRedirectURI, f.refused(err).Code)
	assert.Contains(t, f.refused(err).Description, "the operator of the server did not name")
	assert.NotContains(t, f.refused(err).Description, "--", "it has no command line")
	f.settings.Schemes = []string{"cursor"}
	assert.True(t, f.register(cursor).Client.AllowUndottedScheme)
	cursor["redirect_uris"] = []string{"cursor://x/y", "claude://x/y"}
	_, err = f.registry().Register(t.Context(), registration.Request{Body: body(cursor)})
	assert.Equal(t, refusal.InvalidRedirectURI, f.refused(err).Code)
}

// Clients register the scopes that they need at first, and cannot know what a resource wants of them later.
func TestAClientMayAskForMoreThanItRegisteredWith(t *testing.T) {
	f := newFixture(t)
	for registered, byDefault := range map[string][]string{"tools": {"tools"}, "email openid": {"openid"}} {
		made := f.register(map[string]any{"scope": registered + " admin"})
		assert.Equal(t, f.settings.Scopes, made.Client.Scopes)
		assert.Equal(t, byDefault, made.Client.DefaultScopes, "for requests that name none")
		assert.Equal(t, "openid profile email tools", properties(t, made)["scope"], "it is told")
	}
}

// A client has nothing by its own registration that is the operator's to give.
func TestNoPrivilegeByRegistration(t *testing.T) {
	f := newFixture(t)
	made := f.register(map[string]any{
		"first_party": true, "may_introspect": true, "trust": "verified", "restricted": false, "rate_limit": 100000, "audience": []string{"https://other.example"}, "scopes": []string{"gatehouse:users:write"},
		"client_type": "backend", "access_token_lifetime": 86400, "allow_plain_pkce": true, "allow_undotted_scheme": true, "disabled": false, "auth_method_pinned": true, "default_scopes": []string{"email"},
		"id_token_claims": true, "client_id": "chosen", "client_secret": "chosen-chosen-chosen-chosen-chosen-chosen", "name": "Other", "confidential": false, "required_acr": "phr", "unknown": map[string]any{"a": 1},
		"grant_types": []string{"authorization_code", "password", "client_credentials"}, "scope": "openid gatehouse:clients:write email admin openid",
	})
	c := made.Client
	assert.Equal(t, "Notes", c.Name)
	assert.NotEqual(t, "chosen", c.ID)
	assert.NotContains(t, made.Secret, "chosen")
	assert.Equal(t, []string{"openid", "profile", "email", "tools"}, c.Scopes, "what the operator allows")
	assert.Equal(t, []client.GrantType{client.AuthorizationCode}, c.GrantTypes)
	assert.Equal(t, []string{"https://mcp.example.com/mcp"}, c.Audience)
	assert.Equal(t, client.Unverified, c.Trust)
	assert.False(t, c.FirstParty || c.MayIntrospect || c.AllowPlainPKCE || c.AllowUndottedScheme || c.AuthMethodPinned || c.IDTokenClaims || c.RateLimit > 0 || c.AccessTokenLifetime > 0 || c.RequiredACR != "")
	assert.False(t, registration.Privileged(c))
	for _, name := range []string{"first_party", "may_introspect", "trust", "audience", "rate_limit", "disabled"} {
		assert.NotContains(t, made.Properties(), name)
	}
}

// A new property of a client is the operator's unless the registry of RFC 7591 has it.
func TestOnlyRegisteredNamesAreTheClientsOwn(t *testing.T) {
	own := registration.Own()
	for _, f := range client.Fields() {
		switch f.Name {
		case "first_party", "may_introspect", "trust", "restricted", "audience", "rate_limit", "access_token_lifetime", "id_token_lifetime", "refresh_token_idle", "refresh_token_lifetime", "refresh_token_rotation",
			"default_scopes", "id_token_claims", "allow_undotted_scheme", "allow_plain_pkce", "required_acr", "auth_method_pinned", "access_token_format", "access_token_alg", "access_token_typ", "assertion_issuer_only":
			assert.NotContains(t, own, f.Name)
		}
	}
	assert.Subset(t, own, []string{"client_name", "redirect_uris", "scope", "application_type", "jwks", "jwks_uri", "contacts", "logo_uri", "policy_uri", "tos_uri", "software_id", "software_version", "grant_types", "token_endpoint_auth_method"})
}

func TestWhatCannotBeRegisteredIsRefusedWithTheCodesOfTheStandard(t *testing.T) {
	f := newFixture(t)
	many := make([]string, 21)
	for i := range many {
		many[i] = fmt.Sprintf("https://a.example/%d", i)
	}
	for name, tc := range map[string]struct {
		changes map[string]any
		code    refusal.Code
	}{
		"no redirect URI":           {map[string]any{"redirect_uris": nil}, refusal.InvalidRedirectURI},
		"a script":                  {map[string]any{"redirect_uris": []string{"javascript:alert(1)"}}, refusal.InvalidRedirectURI},
		"a script of a program":     {map[string]any{"redirect_uris": []string{"javascript:alert(1)"}, "application_type": "native"}, refusal.InvalidRedirectURI},
		"data":                      {map[string]any{"redirect_uris": []string{"data:text/html,x"}, "application_type": "native"}, refusal.InvalidRedirectURI},
		"a fragment":                {map[string]any{"redirect_uris": []string{"https://a.example/#x"}}, refusal.InvalidRedirectURI},
		"a wildcard":                {map[string]any{"redirect_uris": []string{"https://*.example/"}}, refusal.InvalidRedirectURI},
		"without TLS":               {map[string]any{"redirect_uris": []string{"http://a.example/"}}, refusal.InvalidRedirectURI},
		"too many":                  {map[string]any{"redirect_uris": many}, refusal.InvalidRedirectURI},
		"redirect URIs of no list":  {map[string]any{"redirect_uris": "https://a.example/"}, refusal.InvalidRedirectURI},
		"a script on a page":        {map[string]any{"client_uri": "javascript:alert(1)"}, refusal.InvalidClientMetadata},
		"a script as policy":        {map[string]any{"policy_uri": "javascript:alert(1)"}, refusal.InvalidClientMetadata},
		"a logo without TLS":        {map[string]any{"logo_uri": "http://169.254.169.254/latest"}, refusal.InvalidClientMetadata},
		"keys without TLS":          {map[string]any{"jwks_uri": "http://127.0.0.1:8080/admin", "token_endpoint_auth_method": "private_key_jwt"}, refusal.InvalidClientMetadata},
		"keys of another protocol":  {map[string]any{"jwks_uri": "file:///etc/passwd"}, refusal.InvalidClientMetadata},
		"keys twice":                {map[string]any{"jwks_uri": "https://a.example/jwks", "jwks": map[string]any{"keys": []any{}}}, refusal.InvalidClientMetadata},
		"no keys":                   {map[string]any{"token_endpoint_auth_method": "private_key_jwt"}, refusal.InvalidClientMetadata},
		"keys as a text":            {map[string]any{"jwks": "{}"}, refusal.InvalidClientMetadata},
		"keys that are private":     {map[string]any{"jwks": map[string]any{"keys": []any{map[string]any{"kty": "oct", "k": "AAAA"}}}}, refusal.InvalidClientMetadata},
		"no such method":            {map[string]any{"token_endpoint_auth_method": "tls_client_auth"}, refusal.InvalidClientMetadata},
		"a method that is off":      {map[string]any{"token_endpoint_auth_method": "client_secret_jwt"}, refusal.InvalidClientMetadata},
		"only privileged grants":    {map[string]any{"grant_types": []string{"client_credentials", "password"}}, refusal.InvalidClientMetadata},
		"only unsupported grants":   {map[string]any{"grant_types": []string{"implicit"}}, refusal.InvalidClientMetadata},
		"only unsupported response": {map[string]any{"response_types": []string{"token"}}, refusal.InvalidClientMetadata},
		"a backend":                 {map[string]any{"application_type": "backend"}, refusal.InvalidClientMetadata},
		"only foreign scopes":       {map[string]any{"scope": "gatehouse:clients:write"}, refusal.InvalidClientMetadata},
		"a scope that is no text":   {map[string]any{"scope": []string{"openid"}}, refusal.InvalidClientMetadata},
		"a name of another kind":    {map[string]any{"client_name": 7}, refusal.InvalidClientMetadata},
		"an empty name":             {map[string]any{"client_name": " "}, refusal.InvalidClientMetadata},
		"a long name":               {map[string]any{"client_name": strings.Repeat("x", 201)}, refusal.InvalidClientMetadata},
		"a name that turns around":  {map[string]any{"client_name": "abc\u202egro.elpmaxe"}, refusal.InvalidClientMetadata},
		"no such algorithm":         {map[string]any{"id_token_signed_response_alg": "none"}, refusal.InvalidClientMetadata},
		"an age of no second":       {map[string]any{"default_max_age": 0}, refusal.InvalidClientMetadata},
		"a long software id":        {map[string]any{"software_id": strings.Repeat("x", 201)}, refusal.InvalidClientMetadata},
	} {
		_, err := f.registry().Register(t.Context(), registration.Request{Body: body(tc.changes)})
		require.Error(t, err, name)
		r := f.refused(err)
		assert.Equal(t, tc.code, r.Code, name)
		assert.Equal(t, 400, r.HTTPStatus(), name)
	}
	for name, text := range map[string]string{
		"no JSON": "client_name=x", "no object": "[]", "null": "null", "a member twice": `{"client_name":"a","client_name":"b","redirect_uris":["https://a.example/"]}`,
		"nested": strings.Repeat("[", 100_000), "half a character": `{"client_name":"\ud800"}`, "two objects": "{}{}", "nothing": "",
	} {
		_, err := f.registry().Register(t.Context(), registration.Request{Body: []byte(text)})
		assert.Equal(t, refusal.InvalidClientMetadata, f.refused(err).Code, name)
	}
	counts, err := f.store.RegistrationCounts(t.Context(), []string{""}, 0)
	require.NoError(t, err)
	assert.Empty(t, counts, "nothing of it is kept")
}

// RFC 7591 section 2.2: the server keeps one name.
func TestANameInSeveralLanguages(t *testing.T) {
	f := newFixture(t)
	assert.Equal(t, "Notes", f.register(map[string]any{"client_name#de": "Notizen"}).Client.Name)
	assert.Equal(t, "Notizen", f.register(map[string]any{"client_name": nil, "client_name#de": "Notizen", "client_name#fr": "Cahier"}).Client.Name)
	nameless := f.register(map[string]any{"client_name": nil}).Client
	assert.Equal(t, nameless.ID, nameless.Name)
}

func TestKeysAreAnObjectOfTheAnswer(t *testing.T) {
	f := newFixture(t)
	set := map[string]any{"keys": []any{map[string]any{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": "a"}}}
	made := f.register(map[string]any{"jwks": set, "token_endpoint_auth_method": "private_key_jwt"})
	assert.Equal(t, set, properties(t, made)["jwks"])
	assert.Empty(t, made.Secret)
}

// Of two names that look the same people could not tell which application is meant.
func TestNamesOfTheOperatorsApplicationsAreTaken(t *testing.T) {
	f := newFixture(t)
	_, err := f.clients.Create(t.Context(), f.operator(), &client.Client{ID: "payroll", Name: "Payroll 1", RedirectURIs: []string{"https://p.example/"}, GrantTypes: []client.GrantType{client.AuthorizationCode}}, "")
	require.NoError(t, err)
	for _, name := range []string{"Payroll 1", "PAYROLL-1", "Раyroll 1", "payroll l", "P.a.y.r.o.l.l 1", "Example ID", "example id"} {
		_, err := f.registry().Register(t.Context(), registration.Request{Body: body(map[string]any{"client_name": name})})
		require.Error(t, err, name)
		assert.Equal(t, refusal.CheckClientName, f.refused(err).Check, name)
	}
	for range 2 {
		f.register(map[string]any{"client_name": "Payroll viewer"}) // each installation may register
	}
	f.settings.Most = 0
	_, err = f.registry().Register(t.Context(), registration.Request{Body: body(map[string]any{"client_name": "Payroll 1"})})
	assert.Equal(t, refusal.CheckRegistrations, f.refused(err).Check, "names are not compared where there is no room")
}

// What clients do to themselves must not have every server read its caches anew.
func TestClientsRaiseNoCatalogueVersion(t *testing.T) {
	f := newFixture(t)
	before, _, err := f.store.Versions(t.Context())
	require.NoError(t, err)
	made := f.register(nil)
	next, err := f.registry().Update(t.Context(), made.Client.ID, registration.Request{Bearer: made.Token, Body: body(map[string]any{"client_id": made.Client.ID, "client_name": "Notes 2"})})
	require.NoError(t, err)
	require.NoError(t, f.registry().Delete(t.Context(), made.Client.ID, registration.Request{Bearer: next.Token}))
	f.register(nil)
	f.advance(25 * time.Hour)
	removed, err := registration.NewExpiry(f.store, f.gate, f.domain.Clock, f.settings.Idle).Sweep(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 1, removed)
	after, clients, err := f.store.Versions(t.Context())
	require.NoError(t, err)
	assert.Equal(t, before, after)
	assert.EqualValues(t, 3, clients, "but it is known which they are")
}

// Clients name what they know, and in any order.
func TestResponseTypesInAnotherOrder(t *testing.T) {
	f := newFixture(t)
	f.settings.GrantTypes = append(f.settings.GrantTypes, "implicit")
	f.settings.ResponseTypes = []string{"code", "id_token", "id_token token"}
	made := f.register(map[string]any{"response_types": []string{"token id_token", "id_token token"}, "grant_types": []string{"implicit"}, "token_endpoint_auth_method": "none"}).Client
	assert.Equal(t, []string{"id_token token"}, made.Responses())
	made = f.register(map[string]any{"response_types": []string{"code"}, "grant_types": []string{"authorization_code", "implicit", "refresh_token"}}).Client
	assert.Equal(t, []client.GrantType{client.AuthorizationCode, client.RefreshToken}, made.GrantTypes)
	_, err := f.registry().Register(t.Context(), registration.Request{Body: body(map[string]any{"grant_types": []string{"implicit"}})})
	require.Error(t, err)
	f.refused(err)
}

// A name that an operator vouched for is looked at like any other when nobody does any more.
func TestWhoLosesTrustMayNotLookLikeAnother(t *testing.T) {
	f := newFixture(t)
	made := f.register(nil)
	_, err := f.clients.Update(t.Context(), f.operator(), made.Client.ID, func(c *client.Client) error { c.Name, c.Trust = "Example ID", client.Verified; return nil })
	require.NoError(t, err)
	change := map[string]any{"client_name": "Example ID", "redirect_uris": []string{"https://evil.example/cb"}}
	_, err = f.update(made, made.Token, change)
	require.Error(t, err)
	assert.Equal(t, refusal.CheckClientName, f.refused(err).Check)
}
