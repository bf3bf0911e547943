package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// registered stores a client, with a secret if it can have one.
func (f *fixture) registered(id string, change func(c *client.Client)) *client.Client {
	f.t.Helper()
	c := &client.Client{ID: id, Name: "App " + id, Scopes: []string{"openid"}, RedirectURIs: []string{"https://app.example.com/cb"}, GrantTypes: []client.GrantType{client.AuthorizationCode}}
	if change != nil {
		change(c)
	}
	actor := audit.Actor{Kind: audit.Job, ID: "test", Scopes: audit.AllScopes()}
	_, err := f.clients.Create(f.t.Context(), actor, c, "")
	require.NoError(f.t, err)
	return c
}

// client is one as the database has it.
func (f *fixture) client(id string) *client.Client {
	f.t.Helper()
	c, err := f.store.Client(f.t.Context(), id)
	require.NoError(f.t, err)
	return c
}

func TestClientsAreListedAndFound(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	assert.Contains(t, b.get("/admin/clients").Body.String(), "There are no applications yet")
	for i := range 60 {
		f.registered(fmt.Sprintf("app-%02d", i), func(c *client.Client) { c.Disabled = i == 3 })
	}
	f.registered("odd.one/two", func(c *client.Client) { c.Name, c.Type = "Native one", client.Native })
	first := b.get("/admin/clients").Body.String()
	assert.Contains(t, first, ">app-00<")
	assert.NotContains(t, first, ">app-59<")
	next := regexpNext.FindStringSubmatch(first)
	require.NotNil(t, next)
	second := b.get(unescape(next[1])).Body.String()
	assert.Contains(t, second, ">app-59<")
	assert.NotContains(t, second, ">app-49<")
	assert.NotContains(t, second, `rel="next"`)
	assert.Contains(t, b.get("/admin/clients?search=APP+APP-17").Body.String(), ">app-17<", "by the name")
	found := b.get("/admin/clients?search=odd").Body.String()
	assert.Contains(t, found, `href="/admin/clients/odd.one%2Ftwo"`)
	assert.NotContains(t, found, ">app-00<")
	assert.Contains(t, b.get("/admin/clients/odd.one%2Ftwo").Body.String(), "Native one")
	assert.NotContains(t, b.get("/admin/clients?type=native").Body.String(), ">app-00<")
	disabled := b.get("/admin/clients?state=disabled").Body.String()
	assert.Contains(t, disabled, ">app-03<")
	assert.NotContains(t, disabled, ">app-04<")
	assert.Contains(t, b.get("/admin/clients?search=nothing").Body.String(), "No application matches")
}

// What clients and users can fill in is text on every page.
func TestClientPagesEscape(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	const evil = `"><script>alert(1)</script>`
	f.registered("app", func(c *client.Client) {
		c.Name, c.Contacts, c.Audience = evil, []string{evil}, []string{`"><script>`}
		c.RedirectURIs = []string{`https://app.example.com/"><script>`}
		c.Scopes = []string{"openid", "'><script>"}
	})
	for _, path := range []string{"/admin/clients", "/admin/clients?search=" + url.QueryEscape(evil), "/admin/clients/app", "/admin/clients/app/registration", "/admin/clients/app/settings", "/admin/clients/app/settings/go-oidc"} {
		page := b.get(path)
		require.Equal(t, http.StatusOK, page.Code, path)
		assert.NotContains(t, page.Body.String(), "><script>alert", path)
		assert.NotContains(t, page.Body.String(), `"><script>`, path)
	}
}

// A page is as fast with many clients: it executes few statements, however much there is.
func TestClientPagesExecuteFewStatements(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	c := f.registered("app", nil)
	require.NoError(t, f.clients.AllowUser(t.Context(), audit.Actor{Kind: audit.Job, ID: "test", Scopes: audit.AllScopes()}, c.ID, f.user("alice").ID))
	for _, path := range []string{"/admin/clients", "/admin/clients?search=a&type=web&state=active", "/admin/new-client", "/admin/new-client/web", "/admin/clients/app", "/admin/clients/app/registration", "/admin/clients/app/settings", "/admin/clients/app/settings/grafana"} {
		require.Equal(t, http.StatusOK, b.get(path).Code, path) // which counts them
	}
}

// Nobody but administrators and auditors sees the pages, and auditors change nothing.
func TestClientPagesAreForAdministratorsAndAuditors(t *testing.T) {
	f := newFixture(t, nil)
	f.registered("app", nil)
	nobody, auditor := f.signIn(f.user("nobody", "editor")), f.signIn(f.user("auditor", account.RoleAuditor))
	for _, path := range []string{"/admin/clients", "/admin/clients/app", "/admin/clients/app/registration", "/admin/clients/app/settings", "/admin/clients/app/settings/grafana"} {
		assert.Equal(t, http.StatusTeapot, nobody.get(path).Code, path)
		page := auditor.get(path)
		assert.Equal(t, http.StatusOK, page.Code, path)
		assert.NotContains(t, strings.ReplaceAll(page.Body.String(), `<form class="languages"`, ""), `<form class="row"`, path)
		assert.NotContains(t, page.Body.String(), `<form class="inline"`, path)
	}
	before := f.client("app")
	for path, form := range map[string]url.Values{
		"/admin/new-client/web":           {"client_name": {"x"}, "redirect_uris": {"https://x.example/"}},
		"/admin/clients/app/registration": {"client_name": {"x"}},
		"/admin/clients/app/state":        {"state": {"disabled"}},
		"/admin/clients/app/secrets":      {"overlap": {"now"}},
		"/admin/clients/app/access":       {"action": {"named"}, "confirm": {"yes"}},
		"/admin/clients/app/deletion":     {"confirm": {"app"}},
	} {
		for _, b := range []*browser{nobody, auditor} {
			w := b.post(path, form)
			assert.Equal(t, http.StatusTeapot, w.Code, path)
			assert.Contains(t, w.Body.String(), "access_denied", path)
		}
	}
	assert.Equal(t, before, f.client("app"))
	assert.Equal(t, http.StatusTeapot, f.signIn(f.user("root", account.RoleAdmin)).get("/admin/clients/missing").Code)
}

// Of a client from a metadata document the page says so: its id is a URL, and what is changed here does not last.
func TestAClientOfADocumentHasAPage(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("https://notes.example/client.json", func(c *client.Client) { c.Trust, c.AuthMethod = client.Verified, client.None })
	const path = "/admin/clients/https:%2F%2Fnotes.example%2Fclient.json"
	assert.Contains(t, b.get("/admin/clients").Body.String(), `href="`+path+`"`)
	page := b.get(path)
	require.Equal(t, http.StatusOK, page.Code)
	assert.Contains(t, page.Body.String(), `id="client-document"`)
	f.registered("https://ours.example/client.json", func(c *client.Client) { c.AuthMethod = client.None })
	assert.NotContains(t, b.get("/admin/clients/https:%2F%2Fours.example%2Fclient.json").Body.String(), `id="client-document"`)
}
