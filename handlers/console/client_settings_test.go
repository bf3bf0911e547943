package console_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console/settings"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

func TestSettingsHaveTheValuesOfTheClient(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("graphs/1", func(c *client.Client) {
		c.RedirectURIs, c.Scopes = []string{"https://g.example.com/login/generic_oauth"}, []string{"openid", "profile", "email", "roles"}
	})
	list := b.get("/admin/clients/graphs%2F1/settings").Body.String()
	assert.Contains(t, list, `href="/admin/clients/graphs%2F1/settings/grafana"`)
	assert.Contains(t, list, "https://id.example/oauth/token")
	page := b.get("/admin/clients/graphs%2F1/settings/grafana").Body.String()
	assert.Contains(t, page, "client_id = graphs/1\n")
	assert.Contains(t, page, "client_secret = CLIENT_SECRET\n")
	assert.Contains(t, page, `<span class="badge good">registered</span>`)
	assert.NotContains(t, page, "settings-warnings")
	other := b.get("/admin/clients/graphs%2F1/settings/gitea").Body.String()
	assert.Contains(t, other, "not registered")
	assert.Contains(t, other, "settings-warnings")
	assert.Equal(t, http.StatusTeapot, b.get("/admin/clients/graphs%2F1/settings/other").Code)
}

// A service has no redirect URIs, and nobody who may use it; its settings are requests.
func TestServicesAreShownWithoutPeople(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("job", func(c *client.Client) {
		c.Type, c.GrantTypes, c.RedirectURIs = client.Backend, []client.GrantType{client.ClientCredentials}, nil
	})
	page := b.get("/admin/clients/job").Body.String()
	for _, absent := range []string{"Redirect URIs", "PKCE", "Who may use it", `id="consents"`} {
		assert.NotContains(t, page, absent)
	}
	settings := b.get("/admin/clients/job/settings").Body.String()
	assert.Contains(t, settings, "curl --user job:CLIENT_SECRET https://id.example/oauth/token")
	assert.NotContains(t, settings, "Grafana")
}

// What keeps the client from working with the product is said in words, each with the way to what has to be changed.
func TestSettingsLeadToWhatIsMissing(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("app", func(c *client.Client) {
		c.Scopes, c.GrantTypes, c.AuthMethodPinned, c.IDTokenAlg = []string{"profile"}, []client.GrantType{client.AuthorizationCode}, true, "EdDSA"
	})
	f.registered("open", func(c *client.Client) { c.AuthMethod, c.RequirePKCE = client.None, true })
	page := b.get("/admin/clients/app/settings/asp-net").Body.String()
	for _, field := range []string{"scopes", "auth_method", "id_token_signed_response_alg", "redirect_uris"} {
		assert.Contains(t, page, `<a href="/admin/clients/app/registration#`+field+`">Change it</a>`)
		assert.Contains(t, b.get("/admin/clients/app/registration").Body.String(), ` id="`+field+`"`)
	}
	assert.Contains(t, page, "has a use for <strong>email</strong>")
	assert.Contains(t, b.get("/admin/clients/open/settings/asp-net").Body.String(), `<a href="/admin/new-client/web">Register one</a>`)
	assert.Contains(t, b.get("/admin/clients/app/settings/kubernetes").Body.String(), `<a href="/admin/new-client/native">Register one</a>`)
	auditor := f.signIn(f.user("reader", account.RoleAuditor)).get("/admin/clients/app/settings/asp-net").Body.String()
	assert.Contains(t, auditor, "settings-warnings")
	assert.NotContains(t, auditor, "Change it", "who may change nothing")
	texts, err := os.ReadFile("messages/en.json")
	require.NoError(t, err)
	for _, w := range []settings.Warning{
		settings.NoCode, settings.NoOpenID, settings.NoEmail, settings.Public, settings.Confidential, settings.Method, settings.Alg, settings.HTTPS,
		settings.PKCE, settings.Claims, settings.Keys, settings.Unregistered,
	} {
		assert.Contains(t, string(texts), `"settings.warning.`+string(w)+`"`)
		if field := w.Field(); field != "" {
			assert.Contains(t, b.get("/admin/clients/app/registration").Body.String(), ` id="`+field+`"`, w)
		}
	}
}
