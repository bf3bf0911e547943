package client

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// Bounds of a registration. A client is read for every request, so its size costs all of them.
const (
	maxID       = 200
	maxName     = 200
	maxListed   = 200
	maxContacts = 20
	maxValue    = 500
	// MaxTokenLifetime is how long access and ID tokens can be valid; keys.Overlap covers it.
	MaxTokenLifetime = 24 * time.Hour
	maxRefresh       = 400 * 24 * time.Hour
	// maxRateLimit is more than a server can serve.
	maxRateLimit = 100_000
)

// idPattern is narrower than RFC 6749 appendix A.1: it has no characters that make Basic credentials
// or logs ambiguous, or that need quoting in HTML or a shell.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~/:@-]*$`)

func validID(id string) bool { return len(id) <= maxID && idPattern.MatchString(id) }

// scopePattern is scope-token of RFC 6749 section 3.3.
var scopePattern = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]+$`)

// ValidScope tells whether a name is valid in a scope parameter (RFC 6749 section 3.3).
func ValidScope(name string) bool { return len(name) <= maxValue && scopePattern.MatchString(name) }

// Validate checks the registration as a whole and returns *Invalid with every fault.
func (c *Client) Validate() error { return c.validate((&Client{}).texts()) }

func (c *Client) validate(before []texts) error {
	var bad Invalid
	if !validID(c.ID) {
		bad.add("client_id", fmt.Sprintf("must be 1 to %d letters, digits or . _ ~ / : @ -, starting with a letter or digit", maxID))
	}
	for _, f := range Fields() {
		if wrong := f.fault(c); wrong != "" {
			bad.add(f.Name, wrong)
		}
	}
	c.validateTexts(&bad, before)
	c.validateGrants(&bad)
	c.validateScopes(&bad)
	c.validateAudience(&bad)
	c.validateRedirectURIs(&bad)
	c.validatePostLogout(&bad)
	c.validateRotation(&bad)
	c.validateKeys(&bad)
	return bad.orNil()
}

// SigningAlgorithms are those that a client can be registered with for its ID tokens and JWT access
// tokens, the most widely supported first.
func SigningAlgorithms() []string { return []string{"RS256", "PS256", "ES256", "EdDSA"} }

func grantTypeNames() []string {
	var names []string
	for _, g := range GrantTypes() {
		names = append(names, string(g))
	}
	return names
}

// oneOf lists the allowed values.
func oneOf(values []string) string {
	last := len(values) - 1
	if last == 0 {
		return values[0]
	}
	return strings.Join(values[:last], ", ") + " or " + values[last]
}

func (c *Client) validateGrants(bad *Invalid) {
	known := GrantTypes()
	for i, g := range c.GrantTypes {
		if !slices.Contains(known, g) {
			bad.addItem("grant_types", i, fmt.Sprintf("%q is not a grant type of this provider: it must be %s", g, oneOf(grantTypeNames())))
		}
	}
	if repeats(c.GrantTypes) {
		bad.add("grant_types", "names a grant type twice")
	}
	// RFC 6749 section 4.4: the grant MUST only be used by confidential clients.
	if c.Public() && c.MayUse(ClientCredentials) {
		bad.add("grant_types", "client_credentials needs a client with a secret")
	}
	if c.Public() && c.MayIntrospect {
		bad.add("may_introspect", "needs a client with a secret")
	}
	if c.MayUse(Password) && !c.FirstParty {
		bad.add("grant_types", "password is for first-party clients only")
	}
	if c.MayUse(AuthorizationCode) && len(c.RedirectURIs) == 0 {
		bad.add("redirect_uris", "authorization_code needs at least one")
	}
}

// validateRotation: without rotation a thief could use a public client's refresh token unnoticed for
// as long as it lives (RFC 9700 section 2.2.2).
func (c *Client) validateRotation(bad *Invalid) {
	if c.RefreshTokenRotation == Reuse && c.Public() {
		bad.add("refresh_token_rotation", "a public client's must be rotate")
	}
}

func (c *Client) validateScopes(bad *Invalid) {
	for i, s := range c.Scopes {
		switch {
		case !ValidScope(s):
			bad.addItem("scopes", i, fmt.Sprintf("%q is not a scope name (RFC 6749 section 3.3)", s))
		case audit.Reserved(s) && !audit.IsScope(s):
			bad.addItem("scopes", i, fmt.Sprintf("%q is none of the management scopes, for which names that begin with gatehouse: are: see %s and its like", s, audit.AllScopes()[0]))
		}
	}
	if len(c.Scopes) > maxListed || repeats(c.Scopes) {
		bad.add("scopes", fmt.Sprintf("must name at most %d scopes, each once", maxListed))
	}
	for i, s := range c.DefaultScopes {
		if !c.MayAsk(s) {
			bad.addItem("default_scopes", i, fmt.Sprintf("%q is not among the client's scopes", s))
		}
	}
	if repeats(c.DefaultScopes) {
		bad.add("default_scopes", "names a scope twice")
	}
}

func (c *Client) validateAudience(bad *Invalid) {
	for i, a := range c.Audience {
		// Lists are stored and sent separated by spaces.
		if a == "" || len(a) > maxValue || strings.Contains(a, " ") {
			bad.addItem("audience", i, fmt.Sprintf("%q must have 1 to %d characters and no spaces", a, maxValue))
		}
	}
	if len(c.Audience) > maxListed || repeats(c.Audience) {
		bad.add("audience", fmt.Sprintf("must name at most %d audiences, each once", maxListed))
	}
}

func (c *Client) validatePostLogout(bad *Invalid) {
	for i, uri := range c.PostLogoutRedirectURIs {
		if why := redirectURIFault(uri, c.Type, c.AllowUndottedScheme); why != "" {
			bad.addItem("post_logout_redirect_uris", i, fmt.Sprintf("%q %s", uri, why))
		}
	}
}

func repeats[T comparable](list []T) bool {
	seen := make(map[T]bool, len(list))
	for _, v := range list {
		if seen[v] {
			return true
		}
		seen[v] = true
	}
	return false
}
