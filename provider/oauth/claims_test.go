package oauth_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit/audittest"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
)

func (h *fixture) released(token any) map[string]any {
	h.t.Helper()
	r := request(url.Values{})
	r.Authorization = []string{"Bearer " + token.(string)}
	response, err := h.provider.UserInfo(h.t.Context(), r)
	require.NoError(h.t, err)
	return response.Claims
}

// Grants from before the claims parameter was reduced store it unchanged. No user saw it on a
// consent page, so it releases nothing that the scopes do not.
func TestClaimsOfOldGrantsKeepToTheScopes(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.Scopes = append(c.Scopes, "email") })
	r.user.Email = "alice@example.com"
	require.NoError(t, r.store.UpdateUser(t.Context(), r.user))
	g := &grant.Grant{
		ID: provider.NewID(*r.now.Load(), rand.Reader), ClientID: "app", UserID: r.user.ID, SessionID: r.session.ID, Scopes: []string{"openid", "profile"},
		Claims: ` {"agreed":true,"userinfo":{"email":null},"id_token":{"email":{"essential":true},"preferred_username":null,"acr":{"values":[1]}}}`,
	}
	c, err := r.store.Client(t.Context(), "app")
	require.NoError(t, err)
	made, code := r.codes.New(t.Context())
	made.RedirectURI = callback
	require.NoError(t, r.store.InTx(t.Context(), func(ctx context.Context) error {
		if err := r.issuer.Approve(ctx, c, g); err != nil {
			return err
		}
		return r.codes.Create(ctx, g, made)
	}))
	answer, err := r.exchange(r.secret, code)
	require.NoError(t, err)
	refreshed, err := r.refresh(answer.Parameters["refresh_token"], nil)
	require.NoError(t, err)
	for _, tokens := range []map[string]any{answer.Parameters, refreshed} {
		idToken, userInfo := claimsOf(t, tokens["id_token"]), r.released(tokens["access_token"])
		assert.NotContains(t, idToken, "email")
		assert.NotContains(t, userInfo, "email")
		assert.Equal(t, "alice", idToken["preferred_username"], "its scope was granted")
	}
}

// A token with a narrower scope does not get a claim back by name, and a claim that the client may
// no longer request is in no new token.
func TestClaimsFollowNarrowingAndRegistration(t *testing.T) {
	r := newRefreshing(t, func(c *client.Client) { c.Scopes = append(c.Scopes, "email") })
	r.user.Email = "alice@example.com"
	require.NoError(t, r.store.UpdateUser(t.Context(), r.user))
	first := r.signIn("openid profile", url.Values{"claims": {`{"userinfo":{"preferred_username":null,"email":null},"id_token":{"preferred_username":null,"email":null}}`}})
	shows := func(tokens map[string]any, name string) (userInfo, idToken bool) {
		_, userInfo = r.released(tokens["access_token"])[name]
		_, idToken = claimsOf(t, tokens["id_token"])[name]
		return userInfo, idToken
	}
	both := func(want bool, tokens map[string]any, name string) {
		t.Helper()
		userInfo, idToken := shows(tokens, name)
		assert.Equal(t, []bool{want, want}, []bool{userInfo, idToken}, name)
	}
	both(true, first, "preferred_username")
	both(true, first, "email")
	narrow, err := r.refresh(first["refresh_token"], url.Values{"scope": {"openid"}})
	require.NoError(t, err)
	both(false, narrow, "preferred_username")
	both(true, narrow, "email")
	again, err := r.refresh(first["refresh_token"], url.Values{"scope": {"openid"}})
	require.NoError(t, err)
	both(false, again, "preferred_username")

	_, err = r.registry.Update(t.Context(), audittest.Operator(), "app", func(c *client.Client) error {
		c.Scopes = []string{"openid", "profile", "offline_access"}
		return nil
	})
	require.NoError(t, err)
	r.directory.Forget("app")
	wide, err := r.refresh(narrow["refresh_token"], nil)
	require.NoError(t, err)
	both(true, wide, "preferred_username")
	both(false, wide, "email")
	assert.NotContains(t, r.released(narrow["access_token"]), "email", "a token of before")
}
