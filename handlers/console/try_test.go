package console_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

func TestTryTellsWhatWouldHappen(t *testing.T) {
	f := newFixture(t, nil)
	b, alice := f.signIn(f.user("root", account.RoleAdmin)), f.user("alice")
	alice.Profile.Name = `"><script>`
	require.NoError(t, f.store.UpdateUser(t.Context(), alice))
	f.user("guard", "guarded")
	c := &client.Client{
		ID: "app", Name: "The app", GrantTypes: []client.GrantType{client.AuthorizationCode}, RedirectURIs: []string{"https://app.example/cb"},
		Scopes: []string{"openid", "profile", "email"}, DefaultScopes: []string{"openid"}, IDTokenClaims: true, AuthMethod: client.SecretBasic,
	}
	require.NoError(t, f.store.CreateClient(t.Context(), c))
	try := func(client, user, scope string) string {
		t.Helper()
		w := b.get("/admin/try?" + url.Values{"client": {client}, "user": {user}, "scope": {scope}}.Encode())
		return w.Body.String()
	}
	page := try("app", "alice@example.com", "openid profile email")
	assert.Contains(t, page, "asked for consent")
	assert.Contains(t, page, "has not agreed to all of it before")
	assert.Contains(t, page, "alice@example.com</td>")
	assert.Contains(t, page, "<code>email</code>")
	assert.NotContains(t, page, "<script>\n")
	assert.NotContains(t, page, `"><script>`)
	assert.NotContains(t, try("app", "alice", ""), "<code>email</code>", "the default scopes")
	assert.Contains(t, try("app", "guard", "openid"), "set up a second factor")
	assert.Contains(t, try("app", "alice", "admin"), "invalid_scope")
	assert.Contains(t, try("nothing", "nobody", ""), `id="client-problem"`)
	assert.Contains(t, try("nothing", "nobody", ""), `id="user-problem"`)
	leaving, later := f.user("leaving"), f.now.Load().Add(time.Hour)
	require.NoError(t, f.store.SetDeletion(t.Context(), leaving.ID, &later))
	page = try("app", "leaving", "openid email")
	assert.Contains(t, page, "asked whether to keep the account")
	assert.NotContains(t, page, "claims-title", "the client learns nothing")
	assert.NotContains(t, page, "has not agreed")
	require.NoError(t, f.store.CreateClient(t.Context(), &client.Client{
		ID: "vault", Name: "The vault", GrantTypes: c.GrantTypes, RedirectURIs: c.RedirectURIs, Scopes: c.Scopes, AuthMethod: client.SecretBasic, RequiredACR: acr.TwoFactors,
	}))
	assert.Contains(t, try("vault", "alice", "openid"), "set up a second factor")
	require.NoError(t, f.store.CreateClient(t.Context(), &client.Client{
		ID: "closed", Name: "The closed", GrantTypes: c.GrantTypes, RedirectURIs: c.RedirectURIs, Scopes: c.Scopes, AuthMethod: client.SecretBasic, Disabled: true,
	}))
	closed := try("closed", "alice", "openid")
	assert.Contains(t, closed, "The request is refused.")
	assert.NotContains(t, closed, "claims-title")
	require.NoError(t, f.store.AllowGroup(t.Context(), "app", "editor"))
	assert.Contains(t, try("app", "alice", "openid"), "access_denied")
	alice.Disabled = true
	require.NoError(t, f.store.UpdateUser(t.Context(), alice))
	assert.Contains(t, try("app", "alice", "openid"), "is disabled")
	assert.Contains(t, b.get("/admin/try").Body.String(), "try-submit")
	assert.Equal(t, http.StatusOK, f.signIn(f.user("auditor", account.RoleAuditor)).get("/admin/try").Code)
}
