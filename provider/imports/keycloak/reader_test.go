package keycloak_test

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/imports"
	"github.com/gatehouse-id/gatehouse/provider/imports/keycloak"
	"github.com/gatehouse-id/gatehouse/provider/password"
)

func read(t *testing.T, r io.Reader, roles map[string]string) (map[string]imports.Item, error) {
	t.Helper()
	reader := keycloak.NewReader(r, keycloak.Options{Roles: roles})
	items := map[string]imports.Item{}
	for {
		item, err := reader.Next(t.Context())
		if errors.Is(err, io.EOF) {
			return items, nil
		}
		if err != nil {
			return items, err
		}
		items[string(item.Kind)+" "+item.Name] = item
	}
}

func realm(t *testing.T) map[string]imports.Item {
	t.Helper()
	file, err := os.Open("testdata/realm.json")
	require.NoError(t, err)
	defer file.Close()
	items, err := read(t, file, map[string]string{"editor": "editor", "admin": "admin"})
	require.NoError(t, err)
	return items
}

func TestUsersOfARealm(t *testing.T) {
	t.Parallel()
	items := realm(t)
	hasher := password.New(rand.Reader, 2)
	for name, secret := range map[string]string{
		"ada": "analytical-engine-1", "grace": "nanoseconds-1952", "alan": "bombe-1940-huts", "tony": "null-references-9",
		"barbara": "substitution-77", "edsger_at_example.com": "goto-considered-11", "mustchange": "temporary-pass-1", "nopassword": "",
	} {
		item := items["user "+name]
		require.Nil(t, item.Fault, name)
		u, ok := item.Value.(*account.User)
		require.True(t, ok, name)
		if secret == "" {
			assert.Empty(t, u.PasswordHash)
			continue
		}
		adopted, err := password.Adopt(u.PasswordHash)
		require.NoError(t, err, name)
		ok, err = hasher.Verify(t.Context(), adopted, secret)
		require.NoError(t, err, name)
		assert.True(t, ok, name)
	}

	ada := items["user ada"]
	hash := ada.Value.(*account.User).PasswordHash
	assert.Equal(t, &account.User{
		Subject: "bc870ec3-f0e3-4d7e-ab4c-37083e692e89", Username: "ada", Email: "ada@example.com", EmailVerified: true, Phone: "+442071838750",
		PasswordHash: hash, Roles: []string{"admin", "editor"}, CreatedAt: time.UnixMilli(1795737233218).UTC(),
		Profile: account.Profile{Name: "Ada Fixture", GivenName: "Ada", FamilyName: "Fixture"},
	}, ada.Value)
	assert.Equal(t, []string{"left out, as they have no equivalent: the attributes department"}, ada.Notes)
	assert.True(t, items["user barbara"].Value.(*account.User).Disabled)
	assert.Equal(t, []string{"left out, as --role-map does not name them: the roles Auditor"}, items["user alan"].Notes)
	edsger := items["user edsger_at_example.com"]
	assert.Equal(t, "edsger@example.com", edsger.Value.(*account.User).Email)
	assert.Contains(t, edsger.Notes[0], "the address works for signing in")
	assert.Equal(t, []string{"left out: the required actions UPDATE_PASSWORD"}, items["user mustchange"].Notes)
	assert.NotContains(t, items, "user service-account-batch")
}

func TestClientsOfARealm(t *testing.T) {
	t.Parallel()
	items := realm(t)
	shop, ok := items["client shop-web"].Value.(*client.Imported)
	require.True(t, ok)
	assert.Equal(t, "shop-web-secret-0123456789abcdef0123", shop.Secret)
	assert.Equal(t, client.Client{
		ID: "shop-web", Name: "Web shop", AuthMethod: client.SecretBasic, GrantTypes: []client.GrantType{client.AuthorizationCode, client.RefreshToken},
		RedirectURIs: []string{"https://shop.example.com/callback"}, PostLogoutRedirectURIs: []string{"https://shop.example.com/bye"}, URI: "https://shop.example.com",
		Scopes: []string{"openid", "offline_access", "invoices:read"}, DefaultScopes: []string{}, TokenFormat: client.JWT, AccessTokenAlg: "RS256", AccessTokenTyp: "JWT",
		RequirePKCE: true, IDTokenClaims: true,
	}, shop.Client)
	spa := items["client shop-spa"].Value.(*client.Imported)
	assert.True(t, spa.Public())
	assert.Equal(t, []string{"https://app.example.com/cb"}, spa.PostLogoutRedirectURIs)
	assert.Equal(t, []string{"roles", "profile", "email"}, spa.DefaultScopes)
	assert.Equal(t, []client.GrantType{client.ClientCredentials}, items["client batch"].Value.(*client.Imported).GrantTypes)
	assert.True(t, items["client switched-off"].Value.(*client.Imported).Disabled)
	signed := items["client signed-jwt"].Value.(*client.Imported)
	assert.Equal(t, client.PrivateKeyJWT, signed.AuthMethod)
	assert.Equal(t, "https://keys.example.com/jwks", signed.JWKSURI)
	assert.Empty(t, signed.Secret, "Keycloak makes one for every client")
	wild := items["client wild"].Value.(*client.Imported)
	wild.FillDefaults()
	assert.ErrorContains(t, wild.Validate(), "must not have a wildcard")
	for name, reason := range map[string]string{
		"implicit-only": "no flow but the implicit flow", "legacy-login": "no flow but direct access", "https://saml.example.com/sp": `speaks "saml"`,
	} {
		item := items["client "+name]
		if assert.NotNil(t, item.Fault, name) {
			assert.Contains(t, item.Fault.Reason, reason)
		}
	}
	for _, own := range []string{"account", "admin-cli", "broker", "realm-management"} {
		assert.NotContains(t, items, "client "+own)
	}
	assert.Equal(t, imports.Scope{Name: "invoices:read", Description: "See your invoices"}, items["scope invoices:read"].Value)
	assert.NotContains(t, items, "scope profile")
}

// A mask must not become the secret, in whichever place it is.
func TestMasksAreNoSecrets(t *testing.T) {
	t.Parallel()
	secret := strings.Repeat("s", 32)
	for name, test := range map[string]struct{ properties, secret string }{
		"a mask":             {`"secret":"**********"`, ""},
		"a vault":            {`"secret":"${vault.web}"`, ""},
		"a mask as key":      {`"clientAuthenticatorType":"client-secret-jwt","secret":"**********"`, ""},
		"an old one beside":  {`"secret":"**********","attributes":{"client.secret.rotated":"` + secret + `"}`, ""},
		"a mask of the old":  {`"secret":"` + secret + `","attributes":{"client.secret.rotated":"**********"}`, secret},
		"the old one itself": {`"secret":"` + secret + `","attributes":{"client.secret.rotated":"${vault.old}"}`, secret},
	} {
		items, err := read(t, strings.NewReader(`{"clients":[{"clientId":"web","serviceAccountsEnabled":true,`+test.properties+`}]}`), nil)
		require.NoError(t, err, name)
		item := items["client web"]
		assert.NotContains(t, string(item.Source), "***", name)
		assert.NotContains(t, string(item.Source), "vault", name)
		if test.secret != "" {
			require.Nil(t, item.Fault, name)
			assert.Equal(t, test.secret, item.Value.(*client.Imported).Secret, name)
			assert.Contains(t, item.Notes[0], "left out: the secret from before its rotation", name)
			continue
		}
		require.NotNil(t, item.Fault, name)
		assert.Equal(t, "/client_secret", item.Fault.Field, name)
		assert.Contains(t, item.Fault.Reason, "rotate the secret", name)
		assert.NotContains(t, string(item.Source), secret, name)
	}
	// A public client has none.
	items, err := read(t, strings.NewReader(`{"clients":[{"clientId":"spa","publicClient":true,"standardFlowEnabled":true,"secret":"**********"}]}`), nil)
	require.NoError(t, err)
	assert.Nil(t, items["client spa"].Fault)
}

func TestWhatCannotBeTakenOver(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ file, field, reason string }{
		"a password in clear": {`{"users":[{"username":"x","enabled":true,"credentials":[{"type":"password","value":"hunter2"}]}]}`, "/password_hash", "in clear"},
		"an unknown hash":     {`{"users":[{"username":"x","credentials":[{"type":"password","secretData":"{\"value\":\"aaaa\",\"salt\":\"aaaa\"}","credentialData":"{\"hashIterations\":1,\"algorithm\":\"md5\"}"}]}]}`, "/password_hash", `is by "md5", which is not known here`},
		"a masked hash":       {`{"users":[{"username":"x","credentials":[{"type":"password","secretData":"**********","credentialData":"{}"}]}]}`, "/password_hash", "is masked in the export"},
		"a masked value":      {`{"users":[{"username":"x","credentials":[{"type":"password","secretData":"{\"value\":\"**********\"}","credentialData":"{}"}]}]}`, "/password_hash", "is masked in the export"},
		"a masked password":   {`{"users":[{"username":"x","credentials":[{"type":"password","value":"**********"}]}]}`, "/password_hash", "is masked in the export"},
		"another version":     {`{"users":[{"username":"x","credentials":[{"type":"password","secretData":"{}","credentialData":"{\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.0\"]}}"}]}]}`, "/password_hash", `is by version "1.0" of argon2id`},
		"no memory":           {`{"users":[{"username":"x","credentials":[{"type":"password","secretData":"{}","credentialData":"{\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"]}}"}]}]}`, "/password_hash", "wrong parameters: memory"},
		"no JSON in it":       {`{"users":[{"username":"x","credentials":[{"type":"password","secretData":"x"}]}]}`, "/password_hash", "must be JSON objects"},
		"a salt that is none": {`{"users":[{"username":"x","credentials":[{"type":"password","secretData":"{\"salt\":\"?\"}","credentialData":"{}"}]}]}`, "/password_hash", "the salt of secretData must be in base64"},
		"a short hash":        {`{"users":[{"username":"x","credentials":[{"type":"password","secretData":"{\"value\":\"AAAA\",\"salt\":\"AAAAAAAA\"}","credentialData":"{\"hashIterations\":1,\"algorithm\":\"pbkdf2-sha256\"}"}]}]}`, "/password_hash", "has a digest of 3 bytes"},
		"a hash for minutes":  {`{"users":[{"username":"x","credentials":[{"type":"password","secretData":"{\"value\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"salt\":\"AAAAAAAA\"}","credentialData":"{\"hashIterations\":2000000000,\"algorithm\":\"pbkdf2-sha256\"}"}]}]}`, "/password_hash", "costs more"},
		"two passwords":       {`{"users":[{"username":"x","credentials":[{"type":"password","secretData":"x"},{"type":"password","secretData":"x"}]}]}`, "/password_hash", "more than one password"},
		"deep JSON":           {`{"users":[` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `]}`, "", "nested too deeply"},
		"no object":           {`{"users":[7]}`, "/", "has the wrong type"},
		"a wrong type":        {`{"users":[{"username":7}]}`, "/username", "has the wrong type"},
		"an over-long one":    {`{"users":[{"username":"` + strings.Repeat("a", 2<<20) + `"}]}`, "", "more than 1048576 bytes"},
		"bearer only":         {`{"clients":[{"clientId":"x","bearerOnly":true}]}`, "/bearer_only", "bearer-only"},
		"certificates":        {`{"clients":[{"clientId":"x","clientAuthenticatorType":"client-x509","standardFlowEnabled":true}]}`, "/token_endpoint_auth_method", `"client-x509" is not known here`},
	} {
		items, err := read(t, strings.NewReader(test.file), nil)
		require.NoError(t, err, name)
		require.Len(t, items, 1, name)
		for _, item := range items {
			if assert.NotNil(t, item.Fault, name) {
				assert.True(t, item.Raw != nil || item.Source != nil, "%s: the file of refused lines has nothing of it", name)
				assert.Equal(t, test.field, item.Fault.Field, name)
				assert.Contains(t, item.Fault.Reason, test.reason, name)
				assert.NotContains(t, item.Fault.Reason, "hunter2", name)
			}
		}
	}
}

// A realm may be made by someone else: what it has must not let its users manage this server. The sink of
// clients decides about their scopes.
func TestNothingBecomesAnAdministratorByItself(t *testing.T) {
	t.Parallel()
	items, err := read(t, strings.NewReader(`{"users":[{"username":"eve","realmRoles":["admin"]}],
		"clientScopes":[{"name":"gatehouse:users:write","protocol":"openid-connect"}],
		"clients":[{"clientId":"eve","secret":"s","serviceAccountsEnabled":true,"optionalClientScopes":["gatehouse:users:write"],"defaultClientScopes":["gatehouse:clients:write","x"]}]}`), nil)
	require.NoError(t, err)
	assert.Empty(t, items["user eve"].Value.(*account.User).Roles)
	assert.Equal(t, []string{"gatehouse:clients:write", "x", "gatehouse:users:write"}, items["client eve"].Value.(*client.Imported).Scopes)
	assert.Len(t, items, 2)
}

func TestFilesThatAreNoExport(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"empty": "", "an array": "[]", "another object": `{"a":{"users":[]}}`, "users that are none": `{"users":{}}`,
		"cut": `{"users":[{"username":"x"}`, "cut inside": `{"users":[{"userna`, "no JSON": `users: []`, "cut after a name": `{"users"`,
	} {
		_, err := read(t, strings.NewReader(file), nil)
		assert.Error(t, err, name)
	}
}
