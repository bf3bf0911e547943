package e2e_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// The client credentials flow with the golang.org/x/oauth2 library and its defaults.
func TestClientCredentialsTokenIsIntrospectedAndRevoked(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret := s.client("billing", "--grant-type", "client_credentials", "--scope", "invoices:read", "--scope", "invoices:write")
		api := s.client("invoices-api", "--may-introspect")

		for _, style := range []oauth2.AuthStyle{oauth2.AuthStyleAutoDetect, oauth2.AuthStyleInHeader} {
			config := clientcredentials.Config{
				ClientID: "billing", ClientSecret: secret, TokenURL: s.url + "/oauth/token", Scopes: []string{"invoices:read"}, AuthStyle: style,
			}
			token, err := config.Token(context.Background())
			require.NoError(t, err)
			assert.Equal(t, "Bearer", token.Type())
			assert.Equal(t, "invoices:read", token.Extra("scope"))
			assert.Equal(t, []any{"invoices:read"}, token.Extra("scopes"))
			assert.Nil(t, token.Extra("refresh_token"))

			got := s.post("/oauth/introspect", "invoices-api", api, url.Values{"token": {token.AccessToken}}).json(t)
			assert.Equal(t, true, got["active"])
			assert.Equal(t, "billing", got["client_id"])
			assert.Equal(t, "billing", got["sub"])
			assert.Equal(t, issuer, got["iss"])
			assert.Equal(t, "Bearer", got["token_type"])
			assert.InDelta(t, 3600, got["exp"].(float64)-got["iat"].(float64), 1)

			revoked := s.post("/oauth/revoke", "billing", secret, url.Values{"token": {token.AccessToken}})
			require.Equal(t, http.StatusOK, revoked.status, revoked.body)
			assert.Equal(t, "{}", revoked.body)
			after := s.post("/oauth/introspect", "invoices-api", api, url.Values{"token": {token.AccessToken}})
			assert.Equal(t, `{"active":false}`, after.body)
		}
	})
}

func TestRegisteredAuthenticationMethodIsEnforced(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret := s.client("poster", "--grant-type", "client_credentials", "--auth-method", "client_secret_post")
		config := clientcredentials.Config{ClientID: "poster", ClientSecret: secret, TokenURL: s.url + "/oauth/token", AuthStyle: oauth2.AuthStyleInParams}
		_, err := config.Token(context.Background())
		require.NoError(t, err)

		config.AuthStyle = oauth2.AuthStyleInHeader
		_, err = config.Token(context.Background())
		var refused *oauth2.RetrieveError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "invalid_client", refused.ErrorCode)
	})
}

// A resource server can verify signatures with nothing but the discovery document.
func TestJWTAccessTokensVerifyAgainstTheKeySet(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret := s.client("reports", "--grant-type", "client_credentials", "--scope", "read", "--access-token-format", "jwt", "--audience", "api-a")
		text := s.token("reports", secret, url.Values{"scope": {"read"}, "audience": {"api-a"}})

		keySet := fetchKeys(t, s)
		parsed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.ES256})
		require.NoError(t, err)
		assert.Equal(t, "at+jwt", parsed.Headers[0].ExtraHeaders["typ"])
		signing := keySet.Key(parsed.Headers[0].KeyID)
		require.Len(t, signing, 1)
		claims := map[string]any{}
		require.NoError(t, parsed.Claims(signing[0].Key, &claims))
		assert.Equal(t, issuer, claims["iss"])
		assert.Equal(t, "api-a", claims["aud"])
		assert.Equal(t, "reports", claims["sub"])
		assert.Equal(t, "reports", claims["client_id"])
		assert.Equal(t, "read", claims["scope"])
		assert.NotEmpty(t, claims["jti"])

		// Few libraries of clients can name an audience: the only one is meant.
		unasked, err := jwt.ParseSigned(s.token("reports", secret, url.Values{"scope": {"read"}}), []jose.SignatureAlgorithm{jose.ES256})
		require.NoError(t, err)
		clear(claims)
		require.NoError(t, unasked.Claims(signing[0].Key, &claims))
		assert.Equal(t, "api-a", claims["aud"])

		// Introspection knows it too, and rotation does not end it.
		require.True(t, s.active("reports", secret, text))
		s.command("key", "rotate", "--in", "0s")
		assert.True(t, s.active("reports", secret, text))
		keySet = fetchKeys(t, s)
		require.Len(t, keySet.Key(parsed.Headers[0].KeyID), 1)
	})
}

func fetchKeys(t *testing.T, s *server) jose.JSONWebKeySet {
	t.Helper()
	document := s.get("/.well-known/openid-configuration").json(t)
	require.Equal(t, issuer, document["issuer"])
	require.Equal(t, issuer+"/oauth/jwks", document["jwks_uri"])
	return s.keys()
}

// A resource server must not learn about tokens for another audience (Keycloak CVE-2026-18208).
func TestIntrospectionIsLimitedToClientAndAudience(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret := s.client("billing", "--grant-type", "client_credentials", "--audience", "api-a")
		a, b, c := s.client("api-a"), s.client("api-b", "--may-introspect"), s.client("api-c")

		forA := s.token("billing", secret, url.Values{"audience": {"api-a"}})
		assert.True(t, s.active("billing", secret, forA), "the client it was issued to")
		assert.True(t, s.active("api-a", a, forA), "a client in its audience")
		assert.False(t, s.active("api-b", b, forA), "may introspect, but is not in the audience")
		assert.False(t, s.active("api-c", c, forA))

		forNobody := s.token("billing", secret, nil)
		assert.True(t, s.active("api-b", b, forNobody))
		assert.False(t, s.active("api-a", a, forNobody))
	})
}

func TestTokensOfDisabledAndDeletedClients(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		secret := s.client("billing", "--grant-type", "client_credentials")
		api := s.client("api", "--may-introspect")
		token := s.token("billing", secret, nil)

		s.command("client", "disable", "billing")
		s.soon(func() bool { return !s.active("api", api, token) }, "disabled client's token still active")
		refused := s.post("/oauth/token", "billing", secret, url.Values{"grant_type": {"client_credentials"}})
		assert.Equal(t, http.StatusUnauthorized, refused.status)

		s.command("client", "enable", "billing")
		s.soon(func() bool { return s.active("api", api, token) }, "enabled client's token still inactive")

		s.command("token", "revoke", "--client", "billing", "--yes")
		assert.False(t, s.active("api", api, token), "ended grant")
		fresh := s.token("billing", secret, nil)
		assert.True(t, s.active("api", api, fresh), "a new grant replaces the ended one")
		list := string(s.command("token", "list", "--client", "billing"))
		assert.Contains(t, list, "active")
		assert.Contains(t, list, "ended")
		assert.NotContains(t, list, "gh_at_")

		s.command("client", "delete", "billing", "--yes")
		assert.False(t, s.active("api", api, fresh), "deleted client")
	})
}

func TestRotatedSecretOverlapsWithTheOldOne(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, databaseURL string) {
		s := start(t, databaseURL)
		old := s.client("billing", "--grant-type", "client_credentials")
		s.token("billing", old, nil)
		fresh := s.rotate("billing", "1h")
		ask := func(secret string) int {
			return s.post("/oauth/token", "billing", secret, url.Values{"grant_type": {"client_credentials"}}).status
		}
		s.soon(func() bool { return ask(fresh) == http.StatusOK }, "new secret not accepted")
		assert.Equal(t, http.StatusOK, ask(old))
		leaked := fresh
		fresh = s.rotate("billing", "0s")
		s.soon(func() bool { return ask(fresh) == http.StatusOK }, "new secret not accepted")
		assert.Equal(t, http.StatusUnauthorized, ask(old))
		assert.Equal(t, http.StatusUnauthorized, ask(leaked))
	})
}
