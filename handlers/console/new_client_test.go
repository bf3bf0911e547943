package console_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

var (
	regexpNext   = regexp.MustCompile(`rel="next" href="([^"]+)"`)
	regexpSecret = regexp.MustCompile(`[0-9a-f]{64}`)
)

// filled are the fields of the form on a page, as a browser sends them.
func filled(page string) url.Values {
	form := url.Values{}
	for _, m := range regexp.MustCompile(`<input[^>]*>`).FindAllString(page, -1) {
		attribute := func(name string) string {
			found := regexp.MustCompile(` ` + name + `="([^"]*)"`).FindStringSubmatch(m)
			if found == nil {
				return ""
			}
			return unescape(found[1])
		}
		name := attribute("name")
		if name == "" || name == "again" || attribute("type") == "checkbox" && !strings.Contains(m, " checked") {
			continue
		}
		form.Add(name, attribute("value"))
	}
	for _, m := range regexp.MustCompile(`(?s)<textarea id="(\w+)"[^>]*>\n(.*?)</textarea>`).FindAllStringSubmatch(page, -1) {
		form.Set(m[1], strings.ReplaceAll(unescape(m[2]), "\n", "\r\n"))
	}
	for _, m := range regexp.MustCompile(`(?s)<select id="(\w+)".*?</select>`).FindAllStringSubmatch(page, -1) {
		value := regexp.MustCompile(`<option value="([^"]*)" selected`).FindStringSubmatch(m[0])
		if value == nil {
			value = regexp.MustCompile(`<option value="([^"]*)"`).FindStringSubmatch(m[0])
		}
		form.Set(m[1], value[1])
	}
	return form
}

func unescape(text string) string {
	return strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&lt;", "<", "&gt;", ">", "&#43;", "+", "&amp;", "&").Replace(text)
}

func TestKindsOfApplicationsAreExplained(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	page := b.get("/admin/new-client").Body.String()
	for _, kind := range []string{"web", "spa", "native", "service", "api"} {
		assert.Contains(t, page, `href="/admin/new-client/`+kind+`"`)
		assert.Equal(t, http.StatusOK, b.get("/admin/new-client/"+kind).Code)
	}
	assert.Contains(t, page, "not offered by this server yet")
	for _, kind := range []string{"device", "other"} {
		assert.Equal(t, http.StatusTeapot, b.get("/admin/new-client/"+kind).Code, kind)
		assert.Equal(t, http.StatusTeapot, b.post("/admin/new-client/"+kind, url.Values{"client_name": {"x"}}).Code, kind)
	}
}

// Each kind is registered as it is proposed, and what cannot keep a secret gets none.
func TestApplicationsAreRegisteredByKind(t *testing.T) {
	f := newFixture(t, nil)
	admin := f.user("root", account.RoleAdmin)
	b := f.signIn(admin)
	for kind, want := range map[string]struct {
		typ    client.Type
		method client.AuthMethod
		grants []client.GrantType
		pkce   bool
	}{
		"web":     {client.Web, client.SecretBasic, []client.GrantType{client.AuthorizationCode, client.RefreshToken}, true},
		"spa":     {client.Web, client.None, []client.GrantType{client.AuthorizationCode, client.RefreshToken}, true},
		"native":  {client.Native, client.None, []client.GrantType{client.AuthorizationCode, client.RefreshToken}, true},
		"service": {client.Backend, client.SecretBasic, []client.GrantType{client.ClientCredentials}, false},
		"api":     {client.Backend, client.SecretBasic, []client.GrantType{}, false},
	} {
		path := "/admin/new-client/" + kind
		form := filled(b.get(path).Body.String())
		form.Set("client_name", "The "+kind)
		form.Set("client_id", kind+"-1")
		if form.Has("redirect_uris") && form.Get("redirect_uris") == "" {
			form.Set("redirect_uris", "https://app.example.com/cb\r\n\r\n https://app.example.com/cb2 ")
		}
		w := b.post(path, form)
		c := f.client(kind + "-1")
		assert.Equal(t, want.typ, c.Type, kind)
		assert.Equal(t, want.method, c.AuthMethod, kind)
		assert.Equal(t, want.grants, c.GrantTypes, kind)
		assert.Equal(t, want.pkce, c.RequirePKCE, kind)
		assert.Equal(t, kind == "api", c.MayIntrospect, kind)
		assert.Equal(t, kind == "web", c.IDTokenClaims, kind)
		if kind == "web" {
			assert.Equal(t, []string{"https://app.example.com/cb", "https://app.example.com/cb2"}, c.RedirectURIs)
			assert.Equal(t, []string{"openid", "profile", "email"}, c.DefaultScopes)
		}
		if want.method == client.None {
			assert.Contains(t, b.done(w), "The "+kind+" is registered", kind)
			assert.Empty(t, c.Secrets)
			continue
		}
		assert.Equal(t, http.StatusCreated, w.Code, kind)
		secret := regexpSecret.FindString(w.Body.String())
		ok, err := client.NewSecrets(nil, nil, nil).Verify(t.Context(), c, secret, *f.now.Load())
		require.NoError(t, err)
		assert.True(t, ok, "the page shows the secret of %s", kind)
		assert.Empty(t, w.Header().Get("Location"))
		assert.NotContains(t, b.get("/admin/clients/"+c.ID).Body.String(), secret)
	}
	records, err := f.store.Records(t.Context(), audit.Filter{Action: audit.ClientCreate}, 10)
	require.NoError(t, err)
	assert.Len(t, records, 5)
	assert.Equal(t, admin.ID.String(), records[0].Actor.ID)
}

// What is wrong is said beside each field, nothing that was typed is lost, and nothing is registered.
func TestWrongRegistrationIsExplained(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	f.registered("taken", nil)
	w := b.post("/admin/new-client/web", url.Values{
		"client_name": {""}, "client_id": {"no spaces"}, "redirect_uris": {"http://app.example.com/cb\r\nhttps://app.example.com/*"}, "scopes": {"openid  a\"b"}, "require_pkce": {"true"},
	})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	page := w.Body.String()
	assert.Contains(t, page, "This is required.")
	assert.Contains(t, page, `aria-describedby="client_name-about client_name-fault" aria-invalid="true" required autofocus`)
	w = b.post("/admin/new-client/web", url.Values{
		"client_name": {"Shop"}, "client_id": {"no spaces"}, "redirect_uris": {"http://app.example.com/cb\r\nhttps://app.example.com/*"}, "scopes": {"openid"},
	})
	page = w.Body.String()
	assert.Contains(t, page, `value="no spaces"`)
	assert.Contains(t, page, "An id has 1 to 200 letters")
	assert.Contains(t, page, "must use https, or http on 127.0.0.1")
	assert.Contains(t, page, "must have no wildcard")
	assert.Contains(t, page, "http://app.example.com/cb\nhttps://app.example.com/*</textarea>")
	assert.Equal(t, 1, strings.Count(page, " autofocus"))
	w = b.post("/admin/new-client/web", url.Values{"client_name": {"Shop"}, "client_id": {"taken"}, "redirect_uris": {"https://app.example.com/cb"}, "scopes": {"openid"}})
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), "Another application has this id.")
	clients, err := f.store.Clients(t.Context(), "", "", 10)
	require.NoError(t, err)
	assert.Len(t, clients, 1)
}

// Without refresh tokens the client gets no grant for them, and a new scope, which may be a typo, is in the catalogue once
// that was confirmed.
func TestChoicesOfANewApplication(t *testing.T) {
	f := newFixture(t, nil)
	b := f.signIn(f.user("root", account.RoleAdmin))
	form := url.Values{"client_name": {"Shop"}, "client_id": {"shop"}, "redirect_uris": {"https://app.example.com/cb"}, "scopes": {"openid,orders:read, emial"}}
	w := b.post("/admin/new-client/web", form)
	require.Equal(t, http.StatusUnprocessableEntity, w.Code)
	assert.Contains(t, w.Body.String(), `name="new_scopes" type="checkbox" value="orders:read emial "> Make as new scopes: `)
	scopes, err := f.store.Scopes(t.Context())
	require.NoError(t, err)
	assert.Empty(t, scopes)
	form.Set("scopes", "openid,orders:read")
	form.Set("new_scopes", "orders:read emial ")
	w = b.post("/admin/new-client/web", form)
	require.Equal(t, http.StatusCreated, w.Code)
	c := f.client("shop")
	assert.Equal(t, []string{"openid", "orders:read"}, c.Scopes)
	assert.Equal(t, []client.GrantType{client.AuthorizationCode}, c.GrantTypes)
	assert.False(t, c.RequirePKCE)
	assert.Equal(t, []string{"openid"}, c.DefaultScopes)
	scopes, err = f.store.Scopes(t.Context())
	require.NoError(t, err)
	names := []string{}
	for _, s := range scopes {
		names = append(names, s.Name)
	}
	assert.Contains(t, names, "orders:read")
}

// catalogueDown cannot add scopes.
type catalogueDown struct{}

func (catalogueDown) Ensure(context.Context, audit.Actor, []string) ([]string, error) {
	return nil, errors.New("the catalogue is down")
}

func (catalogueDown) Unknown(context.Context, []string) ([]string, error) { return nil, nil }

// Where the scopes cannot be added there is no client either, whose secret nobody would have seen.
func TestApplicationIsRegisteredWithItsScopesOrNotAtAll(t *testing.T) {
	f := newFixture(t, func(c *console.Config) { c.Catalogue = catalogueDown{} })
	b := f.signIn(f.user("root", account.RoleAdmin))
	w := b.post("/admin/new-client/web", url.Values{"client_name": {"Shop"}, "client_id": {"shop"}, "redirect_uris": {"https://app.example.com/cb"}, "scopes": {"openid"}})
	assert.Equal(t, http.StatusTeapot, w.Code)
	_, err := f.store.Client(t.Context(), "shop")
	require.ErrorIs(t, err, provider.ErrNotFound)
}
