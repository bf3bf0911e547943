package oauth_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/logout"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// A logout token is signed and encrypted as the ID tokens of the client are (OpenID Connect Back-Channel
// Logout section 2.4), and is none of them.
func TestLogoutTokensAreProtectedAsIDTokens(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.IDTokenAlg = "ES256" })
	tokens := oauth.NewLogoutTokens(r.answers, issuer, r.domain.Clock)
	d := logout.Delivery{ID: r.session.ID, ClientID: "app", SID: r.session.ID, UserID: r.user.ID, Subject: r.user.Subject}
	write := func() (string, error) {
		c, err := r.store.Client(t.Context(), "app")
		require.NoError(t, err)
		return tokens.LogoutToken(t.Context(), c, d)
	}
	check := func(text string) {
		first, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[0])
		require.NoError(t, err)
		var header struct{ Alg, Typ string }
		require.NoError(t, json.Unmarshal(first, &header))
		assert.Equal(t, "ES256 logout+jwt", header.Alg+" "+header.Typ)
		claims := claimsOf(t, text)
		assert.Equal(t, []any{issuer, "app", r.user.Subject, d.SID.String(), d.ID.String()}, []any{claims["iss"], claims["aud"], claims["sub"], claims["sid"], claims["jti"]})
		_, err = r.idTokens.Hint(t.Context(), text)
		require.Error(t, err)
	}
	text, err := write()
	require.NoError(t, err)
	check(text)
	r.change(func(c *client.Client) { c.IDTokenEncryptionAlg, c.JWKS = "ECDH-ES", string(keySet(t, nil)) })
	text, err = write()
	require.NoError(t, err)
	check(decrypted(t, text, "ECDH-ES", client.DefaultEncryption, "JWT"))

	r.fetches.set(keySet(t, func(k *jose.JSONWebKey) { k.Use = "sig" }), nil)
	r.change(func(c *client.Client) { c.JWKS, c.JWKSURI = "", "https://app.example.com/jwks" })
	_, err = write()
	require.ErrorIs(t, err, logout.ErrNoKey, "never in clear")
}

// A client may encrypt a hint to this server. One that is still encrypted to the client is refused, and the client is told
// what to do (OpenID Connect Core section 3.1.2.1).
func TestEncryptedHints(t *testing.T) {
	r := newRefreshing(t, nil)
	idToken := r.signIn("openid", nil)["id_token"].(string)
	require.NoError(t, r.keys.Ensure(t.Context(), audittest.Operator(), keys.ECDHES))
	r.keys.OfferEncryption()
	a := &asking{fixture: r.fixture}
	toServer := a.sealed(idToken, jose.A128GCM, (&jose.EncrypterOptions{}).WithContentType("JWT"))
	hint, err := r.idTokens.Hint(t.Context(), toServer)
	require.NoError(t, err)
	assert.True(t, hint.Means(r.user))
	for name, inside := range map[string]string{
		"forged": idToken[:len(idToken)-8] + "AAAAAAAA", "not signed": `{"sub":"` + r.user.Subject + `"}`, "encrypted twice": toServer,
	} {
		_, err = r.idTokens.Hint(t.Context(), a.sealed(inside, jose.A128GCM, nil))
		require.Error(t, err, name)
	}
	r.change(func(c *client.Client) { c.IDTokenEncryptionAlg, c.JWKS = "ECDH-ES", string(keySet(t, nil)) })
	toClient := r.signIn("openid", nil)["id_token"].(string)
	_, err = r.provider.CheckForm(t.Context(), r.params(url.Values{"id_token_hint": {toClient}}))
	assert.Contains(t, assertRefused(t, err, "invalid_request").Description, "the client decrypts it")
}
