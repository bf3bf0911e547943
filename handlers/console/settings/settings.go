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
	if len(id) < 2 || id[0] <= '9' { // Proxmox takes no name of one letter for a realm, and no longer one than longest
		return "gatehouse"
	}
	const longest = 32
	return id[:min(len(id), longest)]
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

// Settings are those of one product for one client.
type Settings struct {
	Product   Product
	Redirects []Redirect
	Files     []File
	Warnings  []Warning
	// Lacking are the scopes that the product has a use for and the client may not ask for, separated by commas.
	Lacking string
}

// values are what templates have.
type values struct {
	Provider

	ClientID string
	Public   bool
	// Method is how the client has to send its secret, empty if it may choose, and Alg the algorithm of its ID tokens.
	Method client.AuthMethod
	Alg    string
	// IDTokenClaims: name and email are in ID tokens too.
	IDTokenClaims bool
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

// SecretPost tells whether the secret has to be in the body of requests for tokens.
func (v values) SecretPost() bool { return v.Method == client.SecretPost }

// SecretBasic tells whether it has to be in the header.
func (v values) SecretBasic() bool { return v.Method == client.SecretBasic }

// HTTPS tells whether the application is reached by https.
func (v values) HTTPS() bool { return secure(v.Redirect) }

// Trial tells whether this server has no TLS, as when it is tried out.
func (v values) Trial() bool { return !secure(v.Issuer) }

func secure(address string) bool { return strings.HasPrefix(address, "https://") }

// Secret is the placeholder.
func (values) Secret() string { return Secret }

// For makes the settings of a product from the registration of a client.
func For(p Product, server Provider, c *client.Client) (Settings, error) {
	callback := strings.ReplaceAll(p.Callback, "{id}", server.ID())
	v := values{
		Provider: server, ClientID: c.ID, Public: c.Public(), Address: address(p, callback, c),
		Alg: c.IDTokenAlgorithm(), IDTokenClaims: c.IDTokenClaims,
	}
	if c.AuthMethodPinned {
		v.Method = c.AuthMethod
	}
	v.Redirect = v.Address + callback
	var lacking []string
	for _, scope := range p.Scopes {
		switch {
		case c.MayAsk(scope):
			v.Scopes = append(v.Scopes, scope)
		case scope == "openid", scope == "offline_access", scope == "email" && p.NeedsEmail: // warned of, or not missed
		default:
			lacking = append(lacking, scope)
		}
	}
	for _, uri := range c.PostLogoutRedirectURIs {
		if v.SignedOut == "" && strings.HasPrefix(uri, v.Address) {
			v.SignedOut = uri
		}
	}
	s := Settings{Product: p, Lacking: strings.Join(lacking, ", ")}
	for _, uri := range append([]string{v.Redirect}, p.Also...) {
		s.Redirects = append(s.Redirects, Redirect{uri, c.MatchRedirectURI(uri)})
	}
	s.Warnings = warnings(p, server, c, s.Redirects)
	for _, name := range p.Files {
		text, err := fill(p, name, v)
		if err != nil {
			return Settings{}, err
		}
		s.Files = append(s.Files, File{strings.TrimSuffix(name, ".txt"), text}) // which keeps the compiler from templates
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

// fill fills a template in. They are read for each page: administrators look at few of them.
func fill(p Product, name string, v values) (string, error) {
	content, err := templates.ReadFile("templates/" + p.Name + "/" + name)
	if err != nil {
		return "", fmt.Errorf("settings: %w", err)
	}
	t, err := template.New(name).Delims("[[", "]]").Option("missingkey=error").
		Funcs(template.FuncMap{"quote": quote, "list": list, "shell": shell, "ini": ini, "dotenv": dotenv, "spring": springValue, "words": words}).Parse(string(content))
	if err != nil {
		return "", fmt.Errorf("settings: %s: %w", p.Name, err)
	}
	var text strings.Builder
	if err := t.Execute(&text, v); err != nil {
		return "", fmt.Errorf("settings: %s: %w", p.Name, err)
	}
	return text.String(), nil
}
