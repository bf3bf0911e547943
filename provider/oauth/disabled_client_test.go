package oauth_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// disableElsewhere disables a client in the database, as another process does: this one knows the client
// as it was.
func (h *fixture) disableElsewhere(id string, disabled bool) {
	h.t.Helper()
	_, err := h.directory.Client(h.t.Context(), id)
	require.NoError(h.t, err)
	_, err = h.registry.Update(h.t.Context(), audittest.Operator(), id, func(c *client.Client) error {
		c.Disabled = disabled
		return nil
	})
	require.NoError(h.t, err)
}

// A client that another process disabled gets no token from the moment of that on, by any grant, and
// what it presented is not used up.
func TestClientThatWasDisabledElsewhereGetsNoToken(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) {
		c.FirstParty = true
		c.GrantTypes = []client.GrantType{client.AuthorizationCode, client.RefreshToken, client.ClientCredentials, client.Password}
	})
	refreshable := r.signIn("openid offline_access", nil)["refresh_token"].(string)
	code, err := r.approve(t.Context(), r.flow(url.Values{"scope": {"openid"}}), r.session, true)
	require.NoError(t, err)
	r.issue("app", r.secret, url.Values{"scope": {"profile"}})
	token := func(form url.Values) error {
		_, err := r.provider.Token(t.Context(), basic("app", r.secret, form))
		return err
	}
	grants := map[string]func() error{
		"client_credentials": func() error { return token(url.Values{"grant_type": {"client_credentials"}, "scope": {"profile"}}) },
		"of another audience": func() error {
			return token(url.Values{"grant_type": {"client_credentials"}, "scope": {"profile"}, "audience": {"https://a"}})
		},
		"password": func() error {
			return token(url.Values{"grant_type": {"password"}, "username": {"alice"}, "password": {"through-the-glass"}, "scope": {"profile"}})
		},
		"code":    func() error { _, err := r.exchange(r.secret, code); return err },
		"refresh": func() error { _, err := r.refresh(refreshable, nil); return err },
	}
	r.disableElsewhere("app", true)
	for name, issue := range grants {
		refused := assertRefused(t, issue(), "invalid_client")
		assert.Equal(t, "client_disabled", string(refused.Check), name)
		assert.Equal(t, 401, refused.HTTPStatus(), name)
		assert.NotEmpty(t, refused.Challenge, name)
	}
	r.disableElsewhere("app", false)
	for name, issue := range grants {
		require.NoError(t, issue(), name)
	}
}
