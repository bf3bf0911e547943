package settings_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console/settings"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Products send secrets by their own defaults; where the client takes one way alone, the settings say so.
func TestSettingsFollowTheMethodOfTheClient(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		product, file string
		// unpinned, basic and post are what the settings say to each; empty: nothing.
		unpinned, basic, post string
		expression            string
	}{
		{"openid-client", "sign-in.mjs", "ClientSecretPost", "ClientSecretBasic", "ClientSecretPost", `client\.(ClientSecret\w+)`},
		{"auth-js", "auth.ts", "", "", "client_secret_post", `token_endpoint_auth_method: "(\w+)"`},
		{"spring", "application.yml", "", "", "client_secret_post", `client-authentication-method: (\w+)`},
		{"django", "settings.py", "", "True", "", `OIDC_TOKEN_USE_BASIC_AUTH = (\w+)`},
	} {
		said := func(method client.AuthMethod, pinned bool) string {
			c := registered(false)
			c.AuthMethod, c.AuthMethodPinned = method, pinned
			found := all(tc.expression, files(t, product(t, tc.product), c)[tc.file])
			if len(found) == 0 {
				return ""
			}
			return found[0]
		}
		assert.Equal(t, tc.unpinned, said(client.SecretBasic, false), tc.product)
		assert.Equal(t, tc.unpinned, said(client.SecretPost, false), tc.product)
		assert.Equal(t, tc.basic, said(client.SecretBasic, true), tc.product)
		assert.Equal(t, tc.post, said(client.SecretPost, true), tc.product)
	}
}

// The library of Django refuses ID tokens of another algorithm than the one that it is told.
func TestSettingsFollowTheAlgorithmOfIDTokens(t *testing.T) {
	t.Parallel()
	c := registered(false)
	assert.Contains(t, files(t, product(t, "django"), c)["settings.py"], `OIDC_RP_SIGN_ALGO = "RS256"`)
	c.IDTokenAlg = "ES256"
	assert.Contains(t, files(t, product(t, "django"), c)["settings.py"], `OIDC_RP_SIGN_ALGO = "ES256"`)
}

// Auth.js looks at UserInfo only if it is told, and would know no name and no address without.
func TestSettingsFollowWhereTheClaimsAre(t *testing.T) {
	t.Parallel()
	c := registered(false)
	assert.NotContains(t, files(t, product(t, "auth-js"), c)["auth.ts"], "idToken")
	c.IDTokenClaims = false
	assert.Contains(t, files(t, product(t, "auth-js"), c)["auth.ts"], "idToken: false")
}

// Some refuse a server without TLS, such as the one that people try things out with, unless they are told.
func TestSettingsFollowAServerWithoutTLS(t *testing.T) {
	t.Parallel()
	for name, said := range map[string]string{"openid-client": "client.allowInsecureRequests", "asp-net": `"RequireHttpsMetadata": false`} {
		text := func(server settings.Provider) string {
			s, err := settings.For(product(t, name), server, registered(false))
			require.NoError(t, err)
			return s.Files[0].Text
		}
		assert.NotContains(t, text(server()), said)
		assert.Contains(t, text(trial()), said)
	}
}

// An application without TLS gets no cookie that browsers keep to TLS.
func TestCookiesFollowTheAddressOfTheApplication(t *testing.T) {
	t.Parallel()
	c := registered(false)
	assert.Contains(t, files(t, product(t, "oauth2-proxy"), c)["oauth2-proxy.cfg"], "cookie_secure = true\n")
	c.RedirectURIs = []string{"http://localhost:4180/oauth2/callback"}
	assert.Contains(t, files(t, product(t, "oauth2-proxy"), c)["oauth2-proxy.cfg"], "cookie_secure = false\n")
}

// A user name that people choose themselves would let them into the accounts of others.
func TestUserNamesOfGiteaAreThoseOfTheServer(t *testing.T) {
	t.Parallel()
	c := registered(false)
	assert.Contains(t, files(t, product(t, "gitea"), c)["app.ini"], "\nUSERNAME = preferred_username\n")
	c.Scopes = []string{"openid", "email"}
	assert.Contains(t, files(t, product(t, "gitea"), c)["app.ini"], "\nUSERNAME = userid\n")
}
