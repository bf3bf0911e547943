package oauth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"net/url"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// planted stores a client without the checks of registration, as another version might have
// written it.
func (h *fixture) planted(c client.Client) {
	h.t.Helper()
	c.Name, c.Type, c.TokenFormat = c.ID, client.Web, client.Opaque
	c.CreatedAt, c.UpdatedAt = *h.now.Load(), *h.now.Load()
	require.NoError(h.t, h.store.CreateClient(h.t.Context(), &c))
}

// RFC 6749 section 4.4: a public client gets no token for itself, even where it is registered for
// the grant.
func TestAPublicClientGetsNoTokensForItself(t *testing.T) {
	h := newFixture(t)
	h.planted(client.Client{ID: "spa", AuthMethod: client.None, GrantTypes: cc})
	_, err := h.provider.Token(t.Context(), request(url.Values{"grant_type": {"client_credentials"}, "client_id": {"spa"}}))
	assert.Equal(t, "public_client", string(assertRefused(t, err, "unauthorized_client").Check))
}

// authentik CVE-2025-64521: a disabled client is refused at every endpoint, by whatever method it
// authenticates.
func TestDisabledClientsAreRefusedAtEveryEndpoint(t *testing.T) {
	h := newFixture(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	signs := &asserting{fixture: h, key: key}
	h.client(client.Client{ID: "signer", GrantTypes: cc, AuthMethod: client.PrivateKeyJWT, JWKS: string(keySetOf(t, "", key.Public()))})
	shared := h.client(client.Client{ID: "shared", GrantTypes: cc, AuthMethod: client.SecretJWT})
	secret := h.client(client.Client{ID: "basic", GrantTypes: cc})
	posted := h.client(client.Client{ID: "post", GrantTypes: cc, AuthMethod: client.SecretPost})
	h.client(client.Client{ID: "public", AuthMethod: client.None})

	with := func(more url.Values) *oauth.Call {
		form := url.Values{"grant_type": {"client_credentials"}, "token": {"x"}}
		for name, values := range more {
			form[name] = values
		}
		return request(form)
	}
	asserted := func(alg jose.SignatureAlgorithm, key any, id string) *oauth.Call {
		claims := signs.claims()
		claims["iss"], claims["sub"] = id, id
		r := assertionRequest(sign(t, alg, key, nil, claims))
		r.Form.Set("token", "x")
		return r
	}
	requests := map[string]func() *oauth.Call{
		"basic":  func() *oauth.Call { return basic("basic", secret, with(nil).Form) },
		"post":   func() *oauth.Call { return with(url.Values{"client_id": {"post"}, "client_secret": {posted}}) },
		"public": func() *oauth.Call { return with(url.Values{"client_id": {"public"}}) },
		"signer": func() *oauth.Call { return asserted(jose.ES256, key, "signer") },
		"shared": func() *oauth.Call { return asserted(jose.HS256, []byte(shared), "shared") },
	}
	for id, make := range requests {
		require.NoError(t, h.provider.Revoke(t.Context(), make()), id)
		h.update(id, func(c *client.Client) { c.Disabled = true })
		for endpoint, err := range map[string]error{
			"revocation": h.provider.Revoke(t.Context(), make()),
			"token":      func() error { _, err := h.provider.Token(t.Context(), make()); return err }(),
			"introspection": func() error {
				_, err := h.provider.Introspect(t.Context(), make())
				return err
			}(),
		} {
			assert.Equal(t, "client_disabled", string(assertRefused(t, err, "invalid_client").Check), id+" "+endpoint)
		}
	}
}
