package console

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
)

// clientKind is a kind of application, as people think of it, with what is proposed for it.
type clientKind struct {
	// Name is that of its texts, and part of the path of its form.
	Name string
	// Fields are asked for, those in Required cannot be left out.
	Fields, Required []string
	// Unavailable: this server offers nothing for it.
	Unavailable bool

	start client.Client
}

// clientKinds are offered in this order.
func clientKinds() []clientKind {
	signIn := consent.SignInScopes()
	code := []client.GrantType{client.AuthorizationCode, client.RefreshToken}
	return []clientKind{
		{
			Name:     "web",
			Fields:   []string{"client_name", clientIDField, "redirect_uris", "post_logout_redirect_uris", "scopes", refreshField, "require_pkce", "first_party"},
			Required: []string{"client_name", "redirect_uris"},
			start:    client.Client{Type: client.Web, AuthMethod: client.SecretBasic, GrantTypes: code, Scopes: signIn, RequirePKCE: true, IDTokenClaims: true},
		},
		{
			Name:     "spa",
			Fields:   []string{"client_name", clientIDField, "redirect_uris", "post_logout_redirect_uris", "scopes", refreshField, "first_party"},
			Required: []string{"client_name", "redirect_uris"},
			start:    client.Client{Type: client.Web, AuthMethod: client.None, GrantTypes: code, Scopes: signIn, RequirePKCE: true},
		},
		{
			Name:     "native",
			Fields:   []string{"client_name", clientIDField, "redirect_uris", "post_logout_redirect_uris", "scopes", refreshField, "first_party"},
			Required: []string{"client_name", "redirect_uris"},
			start: client.Client{
				Type: client.Native, AuthMethod: client.None, GrantTypes: code, Scopes: append(signIn[:len(signIn):len(signIn)], "offline_access"),
				RedirectURIs: []string{"http://127.0.0.1/callback", "http://[::1]/callback"}, RequirePKCE: true,
			},
		},
		{
			Name:     "service",
			Fields:   []string{"client_name", clientIDField, "scopes", "audience", "access_token_format"},
			Required: []string{"client_name"},
			start:    client.Client{Type: client.Backend, AuthMethod: client.SecretBasic, GrantTypes: []client.GrantType{client.ClientCredentials}, TokenFormat: client.Opaque},
		},
		{Name: "device", Unavailable: true},
		{
			Name:     "api",
			Fields:   []string{"client_name", clientIDField, "may_introspect"},
			Required: []string{"client_name", clientIDField},
			start:    client.Client{Type: client.Backend, AuthMethod: client.SecretBasic, MayIntrospect: true},
		},
	}
}

func clientKindNamed(name string) (clientKind, bool) {
	for _, k := range clientKinds() {
		if k.Name == name && !k.Unavailable {
			return k, true
		}
	}
	return clientKind{}, false
}

// form has what is proposed.
func (k clientKind) form() *clientForm {
	values := textsOf(&k.start)
	if k.start.MayUse(client.RefreshToken) {
		values[refreshField] = "true"
	}
	return newClientForm([]groupNames{{name: "", fields: k.Fields}}, values, k.Required...)
}

// client is the registration that was typed. What was not asked for is as proposed.
func (k clientKind) client(typed texts) (c *client.Client, wrong map[string]string) {
	registered := k.start
	c = &registered
	wrong = typed.apply(c)
	c.ID = typed[clientIDField]
	if typed[refreshField] == "" && c.MayUse(client.RefreshToken) {
		c.GrantTypes = []client.GrantType{client.AuthorizationCode}
	}
	if c.MayUse(client.AuthorizationCode) { // libraries for plain OAuth 2.0 ask for no scope
		c.DefaultScopes = slices.DeleteFunc(consent.SignInScopes(), func(s string) bool { return !c.MayAsk(s) })
	}
	return c, wrong
}
