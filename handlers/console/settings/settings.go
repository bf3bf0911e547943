package settings

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"text/template"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Provider is this server as applications see it.
type Provider struct {
	// Name is what people read on buttons.
	Name   string
	Issuer string
	// The endpoints are URLs.
	Authorization, Token, UserInfo, Introspection, Revocation, Keys, Logout string
}

// ID is the name of the server in paths and keys: small letters and digits.
func (p Provider) ID() string {
	id := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(p.Name))
	if id == "" || id[0] <= '9' {
		return "gatehouse"
	}
	return id
}

// Host is that of the issuer.
func (p Provider) Host() string {
	u, err := url.Parse(p.Issuer)
	if err != nil {
		return ""
	}
	return u.Host
}

// Secret stands for the secret of the client, which nobody can read again.
const Secret = "CLIENT_SECRET"

// File is something to paste.
type File struct{ Name, Text string }

// Redirect is a redirect URI that a product uses.
type Redirect struct {
	URI        string
	Registered bool
}

// Warning is something that keeps a client from working with a product.
type Warning string

// The warnings.
const (
	// NoCode: the client has no grant for people.
	NoCode Warning = "code"
	// NoOpenID: it may not ask for the scope openid.
	NoOpenID Warning = "openid"
	// Public: the product needs a client with a secret; Confidential: it should have none.
	Public       Warning = "public"
	Confidential Warning = "confidential"
	// PKCE: the product sends no code challenge, which the client needs.
	PKCE Warning = "pkce"
	// Claims: the product looks for claims in ID tokens, where this client has none.
	Claims Warning = "claims"
	// Keys: the client authenticates by keys of its own, of which the settings know nothing.
	Keys Warning = "keys"
	// Unregistered: a redirect URI is not registered.
	Unregistered Warning = "unregistered"
)

// Settings are those of one product for one client.
type Settings struct {
	Product   Product
	Redirects []Redirect
	Files     []File
	Warnings  []Warning
}

// values are what templates have.
type values struct {
	Provider

	ClientID string
	Public   bool
	// Address is where the application is, and Redirect its redirect URI.
	Address, Redirect string
	Scopes            []string
	// SignedOut is where people go after they have signed out; empty: nothing is registered.
	SignedOut string
}

// Scope is a scope parameter.
func (v values) Scope() string { return strings.Join(v.Scopes, " ") }

// ExtraScopes are those beside openid.
func (v values) ExtraScopes() []string {
	return slices.DeleteFunc(slices.Clone(v.Scopes), func(s string) bool { return s == "openid" })
}

// Path is that of the redirect URI.
func (v values) Path() string {
	u, err := url.Parse(v.Redirect)
	if err != nil || u.EscapedPath() == "" {
		return "/callback"
	}
	return u.EscapedPath()
}

// Listen is where a program on this computer answers at the redirect URI, or anywhere behind a server that does.
func (v values) Listen() string {
	if u, err := url.Parse(v.Redirect); err == nil && client.Loopback(u.Hostname()) && u.Port() != "" {
		return u.Host
	}
	return "127.0.0.1:8080"
}

// Has tells whether a scope is asked for.
func (v values) Has(scope string) bool { return slices.Contains(v.Scopes, scope) }

// Secret is the placeholder.
func (values) Secret() string { return Secret }

// For makes the settings of a product from the registration of a client.
func For(p Product, server Provider, c *client.Client) (Settings, error) {
	callback := strings.ReplaceAll(p.Callback, "{id}", server.ID())
	v := values{Provider: server, ClientID: c.ID, Public: c.Public(), Address: address(p, callback, c)}
	v.Redirect = v.Address + callback
	for _, scope := range p.Scopes {
		if c.MayAsk(scope) {
			v.Scopes = append(v.Scopes, scope)
		}
	}
	for _, uri := range c.PostLogoutRedirectURIs {
		if v.SignedOut == "" && strings.HasPrefix(uri, v.Address) {
			v.SignedOut = uri
		}
	}
	s := Settings{Product: p}
	for _, uri := range append([]string{v.Redirect}, p.Also...) {
		s.Redirects = append(s.Redirects, Redirect{uri, c.MatchRedirectURI(uri)})
	}
	s.Warnings = warnings(p, c, s.Redirects)
	for _, name := range p.Files {
		text, err := fill(p, name, v)
		if err != nil {
			return Settings{}, err
		}
		s.Files = append(s.Files, File{name, text})
	}
	return s, nil
}

// address is where the application seems to be: before its callback in a registered URI, or where the first one leads,
// or an example.
func address(p Product, callback string, c *client.Client) string {
	first := ""
	if p.Local {
		return p.Address
	}
	for _, uri := range c.RedirectURIs {
		u, err := url.Parse(uri)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" {
			continue
		}
		if before, ok := strings.CutSuffix(uri, callback); ok && callback != "" {
			return before
		}
		if first == "" && u.Port() != "0" {
			first = u.Scheme + "://" + u.Host
		}
	}
	if first == "" || client.Loopback(hostOf(first)) {
		return p.Address
	}
	return first
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func warnings(p Product, c *client.Client, redirects []Redirect) []Warning {
	var list []Warning
	add := func(problem bool, w Warning) {
		if problem {
			list = append(list, w)
		}
	}
	add(!c.MayUse(client.AuthorizationCode), NoCode)
	add(!c.MayAsk("openid"), NoOpenID)
	add(p.NeedsSecret && c.Public(), Public)
	add(p.NoSecret && !c.Public(), Confidential)
	add(c.AuthMethod == client.PrivateKeyJWT || c.AuthMethod == client.SecretJWT, Keys)
	add(p.NoPKCE && (c.RequirePKCE || c.Public()), PKCE)
	add(p.IDTokenClaims && !c.IDTokenClaims, Claims)
	add(slices.ContainsFunc(redirects, func(r Redirect) bool { return !r.Registered }), Unregistered)
	return list
}

// fill fills a template in. They are read for each page: administrators look at few of them.
func fill(p Product, name string, v values) (string, error) {
	content, err := templates.ReadFile("templates/" + p.Name + "/" + name)
	if err != nil {
		return "", fmt.Errorf("settings: %w", err)
	}
	t, err := template.New(name).Delims("[[", "]]").Option("missingkey=error").
		Funcs(template.FuncMap{"quote": quote, "list": list, "shell": shell, "ini": ini, "words": words}).Parse(string(content))
	if err != nil {
		return "", fmt.Errorf("settings: %s: %w", p.Name, err)
	}
	var text strings.Builder
	if err := t.Execute(&text, v); err != nil {
		return "", fmt.Errorf("settings: %s: %w", p.Name, err)
	}
	return text.String(), nil
}
