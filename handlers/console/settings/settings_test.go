package settings_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/handlers/console/settings"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

func server() settings.Provider {
	const issuer = "https://id.example.com"
	return settings.Provider{
		Name: "Example ID", Issuer: issuer, Authorization: issuer + "/oauth/authorize", Token: issuer + "/oauth/token",
		UserInfo: issuer + "/oauth/userinfo", Introspection: issuer + "/oauth/introspect", Keys: issuer + "/oauth/jwks", Logout: issuer + "/oauth/logout",
	}
}

// registered is a client that every product can use, confidential or public.
func registered(public bool) *client.Client {
	c := &client.Client{
		ID: "shop:1/a", Name: "Shop", Type: client.Web, AuthMethod: client.SecretBasic, GrantTypes: []client.GrantType{client.AuthorizationCode},
		RedirectURIs: []string{"https://apps.example.com/there"}, Scopes: []string{"openid", "profile", "email", "groups", "roles"}, IDTokenClaims: true,
	}
	if public {
		c.AuthMethod = client.None
	}
	return c
}

// hostile is a client whose scopes would break out of most quotes.
func hostile() *client.Client {
	c := registered(false)
	c.Scopes = []string{"openid", `a'b$(id)`, "c`d${e}%(f)s{{g}}<h>#;"}
	return c
}

// product is the product with a name, asking for what the hostile client may have.
func product(t *testing.T, name string) settings.Product {
	t.Helper()
	p, ok := settings.Named(name)
	require.True(t, ok, name)
	return p
}

// files are the settings of a product, by name.
func files(t *testing.T, p settings.Product, c *client.Client) map[string]string {
	t.Helper()
	s, err := settings.For(p, server(), c)
	require.NoError(t, err)
	texts := map[string]string{}
	for _, f := range s.Files {
		texts[f.Name] = f.Text
	}
	return texts
}

// variants are the settings for each kind of client.
func variants(t *testing.T, name string) []map[string]string {
	t.Helper()
	p := product(t, name)
	all := []map[string]string{files(t, p, registered(false)), files(t, p, registered(true))}
	wide := p
	wide.Scopes = hostile().Scopes
	return append(all, files(t, wide, hostile()))
}

// documented are the keys that a product knows.
func documented(t *testing.T, name string) []string {
	t.Helper()
	content, err := os.ReadFile("testdata/" + name + ".txt")
	require.NoError(t, err)
	var keys []string
	for line := range strings.Lines(string(content)) {
		if !strings.HasPrefix(line, "#") {
			keys = append(keys, strings.Fields(line)...)
		}
	}
	return keys
}

// known checks keys that are used against those that are documented, and that some are used.
func known(t *testing.T, name string, used []string) {
	t.Helper()
	require.NotEmpty(t, used, name)
	assert.Empty(t, unknown(t, name, used), name)
}

// unknown are the keys that a product does not know.
func unknown(t *testing.T, name string, used []string) []string {
	t.Helper()
	keys := documented(t, name)
	return slices.DeleteFunc(used, func(key string) bool { return slices.Contains(keys, key) })
}

func TestEveryProductIsComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range settings.Products() {
		assert.False(t, seen[p.Name], p.Name)
		seen[p.Name] = true
		assert.NotEmpty(t, p.Title)
		assert.True(t, strings.HasPrefix(p.Docs, "https://"), p.Name)
		for _, texts := range variants(t, p.Name) {
			assert.Len(t, texts, len(p.Files), p.Name)
			all := strings.Join(slices.Collect(maps.Values(texts)), "\n")
			assert.Contains(t, all, "shop:1/a", p.Name)
			assert.Contains(t, all, "https://id.example.com", p.Name)
			assert.NotContains(t, all, "<no value>", p.Name)
		}
		confidential := strings.Join(slices.Collect(maps.Values(files(t, p, registered(false)))), "\n")
		assert.Contains(t, confidential, settings.Secret, p.Name)
	}
	assert.Len(t, seen, 13)
}

func TestRedirectURIsAreThoseThatAreRegistered(t *testing.T) {
	t.Parallel()
	c := registered(false)
	of := func(name string) settings.Settings {
		s, err := settings.For(product(t, name), server(), c)
		require.NoError(t, err)
		return s
	}
	assert.Equal(t, []settings.Redirect{{URI: "https://apps.example.com/login/generic_oauth"}}, of("grafana").Redirects)
	assert.Contains(t, of("grafana").Warnings, settings.Unregistered)
	assert.Equal(t, []settings.Redirect{{URI: "https://apps.example.com"}}, of("proxmox").Redirects)
	c.RedirectURIs = append(c.RedirectURIs, "https://dash.example.com/grafana/login/generic_oauth")
	assert.Equal(t, []settings.Redirect{{URI: "https://dash.example.com/grafana/login/generic_oauth", Registered: true}}, of("grafana").Redirects)
	assert.NotContains(t, of("grafana").Warnings, settings.Unregistered)
	assert.Contains(t, of("grafana").Files[0].Text, "root_url = https://dash.example.com/grafana\n")
	assert.Equal(t, "https://apps.example.com/api/auth/callback/exampleid", of("auth-js").Redirects[0].URI)
	c.RedirectURIs = []string{"http://127.0.0.1:5555/cb"}
	assert.Equal(t, "https://grafana.example.com/login/generic_oauth", of("grafana").Redirects[0].URI, "an example, where nothing says where it is")
	c.Type, c.RedirectURIs = client.Native, []string{"http://localhost"}
	assert.NotContains(t, of("kubernetes").Warnings, settings.Unregistered, "the port may vary")
}

// What a product has a use for and may not have is said; offline_access is nothing that anybody misses at a sign-in.
func TestScopesThatAreLackingAreNamed(t *testing.T) {
	t.Parallel()
	c := registered(false)
	lacking := func(name string) string {
		s, err := settings.For(product(t, name), server(), c)
		require.NoError(t, err)
		return s.Lacking
	}
	assert.Empty(t, lacking("grafana"))
	assert.Empty(t, lacking("go-oidc"))
	c.Scopes = []string{"profile"}
	assert.Equal(t, "roles", lacking("grafana"), "openid and email have warnings of their own")
	assert.Equal(t, "email", lacking("spring"))
}

// Each warning is there for the client that it is about, and for no other.
func TestWarnings(t *testing.T) {
	t.Parallel()
	for warning, tc := range map[settings.Warning]struct {
		product string
		change  func(c *client.Client)
	}{
		settings.NoCode:       {"grafana", func(c *client.Client) { c.GrantTypes = nil }},
		settings.NoOpenID:     {"grafana", func(c *client.Client) { c.Scopes = c.Scopes[1:] }},
		settings.NoEmail:      {"grafana", func(c *client.Client) { c.Scopes = []string{"openid", "profile", "roles"} }},
		settings.Public:       {"grafana", func(c *client.Client) { c.AuthMethod = client.None }},
		settings.Keys:         {"grafana", func(c *client.Client) { c.AuthMethod = client.PrivateKeyJWT }},
		settings.Method:       {"asp-net", func(c *client.Client) { c.AuthMethodPinned = true }},
		settings.Alg:          {"spring", func(c *client.Client) { c.IDTokenAlg = "ES256" }},
		settings.PKCE:         {"gitea", func(c *client.Client) { c.RequirePKCE = true }},
		settings.Claims:       {"argo-cd", func(c *client.Client) { c.IDTokenClaims = false }},
		settings.Unregistered: {"grafana", func(c *client.Client) { c.RedirectURIs = nil }},
	} {
		of := func(c *client.Client) []settings.Warning {
			s, err := settings.For(product(t, tc.product), server(), c)
			require.NoError(t, err)
			return s.Warnings
		}
		c := registered(false)
		c.RedirectURIs = []string{"https://apps.example.com" + strings.ReplaceAll(product(t, tc.product).Callback, "{id}", "exampleid")}
		assert.Empty(t, of(c), warning)
		tc.change(c)
		assert.Equal(t, []settings.Warning{warning}, of(c))
		assert.Equal(t, warning != settings.Public, warning.Field() != "", "%s: a public client stays one", warning)
	}
	s, err := settings.For(product(t, "kubernetes"), server(), registered(false))
	require.NoError(t, err)
	assert.Contains(t, s.Warnings, settings.Confidential)
	assert.NotContains(t, s.Warnings, settings.HTTPS)
	s, err = settings.For(product(t, "kubernetes"), trial(), registered(true))
	require.NoError(t, err)
	assert.Contains(t, s.Warnings, settings.HTTPS)
	assert.Empty(t, settings.HTTPS.Field())
}

// What each product does is known from its source, or from running it.
func TestWarningsByProduct(t *testing.T) {
	t.Parallel()
	warned := func(change func(c *client.Client), w settings.Warning) string {
		c := registered(false)
		change(c)
		var names []string
		for _, p := range settings.Products() {
			s, err := settings.For(p, server(), c)
			require.NoError(t, err)
			if slices.Contains(s.Warnings, w) {
				names = append(names, p.Name)
			}
		}
		return strings.Join(names, " ")
	}
	only := func(method client.AuthMethod) func(c *client.Client) {
		return func(c *client.Client) { c.AuthMethod, c.AuthMethodPinned = method, true }
	}
	assert.Equal(t, "argo-cd kubernetes nextcloud", warned(func(c *client.Client) { c.IDTokenClaims = false }, settings.Claims))
	assert.Equal(t, "asp-net nextcloud", warned(only(client.SecretBasic), settings.Method))
	assert.Equal(t, "proxmox", warned(only(client.SecretPost), settings.Method))
	assert.Equal(t, "gitea", warned(func(c *client.Client) { c.RequirePKCE = true }, settings.PKCE))
	assert.Equal(t, "spring asp-net django kubernetes", warned(func(c *client.Client) { c.IDTokenAlg = "EdDSA" }, settings.Alg))
	assert.Equal(t, "spring", warned(func(c *client.Client) { c.IDTokenAlg = "ES256" }, settings.Alg))
	assert.Equal(t, "django oauth2-proxy grafana gitea", warned(func(c *client.Client) { c.Scopes = []string{"openid"} }, settings.NoEmail))
}

// trial is a server without TLS.
func trial() settings.Provider {
	s := server()
	s.Issuer = "http://localhost:8080"
	return s
}

func TestNamesOfTheServerInPaths(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Example ID": "exampleid", "": "gatehouse", "Größe 7": "gre7", "4you": "gatehouse", "日本": "gatehouse", "x": "gatehouse", strings.Repeat("long ", 9): "longlonglonglonglonglonglonglong"} {
		assert.Equal(t, want, settings.Provider{Name: name}.ID(), name)
	}
}
