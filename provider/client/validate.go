package client

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Bounds of a registration. A client is read for every request, so its size costs all of them.
const (
	maxID       = 200
	maxName     = 200
	maxListed   = 200
	maxContacts = 20
	maxACRs     = 20
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
		bad.add("client_id", fault.New(fault.ClientID, "most", maxID))
	}
	for _, f := range Fields() {
		if wrong := f.fault(c); wrong != nil {
			bad.add(f.Name, wrong)
		}
	}
	c.validateTexts(&bad, before)
	c.validateGrants(&bad)
	c.validateResponses(&bad)
	c.validateScopes(&bad)
	c.validateAudience(&bad)
	c.validateRedirectURIs(&bad)
	c.validatePostLogout(&bad)
	c.validateVisited(&bad)
	c.validateRotation(&bad)
	c.validateKeys(&bad)
	c.validateRequestObjects(&bad)
	c.validateSector(&bad)
	c.validateLogoutSector(&bad)
	c.validateEncryption(&bad)
	return bad.orNil()
}

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
			bad.addItem("grant_types", i, fault.New(fault.Grant, "value", strconv.Quote(string(g)), "choices", oneOf(grantTypeNames())))
		}
	}
	if repeats(c.GrantTypes) {
		bad.add("grant_types", fault.New(fault.GrantTwice))
	}
	// RFC 6749 section 4.4: the grant MUST only be used by confidential clients.
	if c.Public() && c.MayUse(ClientCredentials) {
		bad.add("grant_types", fault.New(fault.GrantSecret))
	}
	if c.Public() && c.MayIntrospect {
		bad.add("may_introspect", fault.New(fault.NeedsSecret))
	}
	if c.MayUse(Password) && !c.FirstParty {
		bad.add("grant_types", fault.New(fault.GrantPassword))
	}
	if (c.MayUse(AuthorizationCode) || c.MayUse(Implicit)) && len(c.RedirectURIs) == 0 {
		bad.add("redirect_uris", fault.New(fault.GrantRedirect))
	}
}

// validateRotation: without rotation a thief could use a public client's refresh token unnoticed for
// as long as it lives (RFC 9700 section 2.2.2).
func (c *Client) validateRotation(bad *Invalid) {
	if c.RefreshTokenRotation == Reuse && c.Public() {
		bad.add("refresh_token_rotation", fault.New(fault.Rotation))
	}
}

func (c *Client) validateScopes(bad *Invalid) {
	for i, s := range c.Scopes {
		switch {
		case !ValidScope(s):
			bad.addItem("scopes", i, fault.New(fault.Scope, "value", strconv.Quote(s)))
		case audit.Reserved(s) && !audit.IsScope(s):
			bad.addItem("scopes", i, fault.New(fault.ScopeManagement, "value", strconv.Quote(s), "example", audit.AllScopes()[0]))
		}
	}
	if len(c.Scopes) > maxListed || repeats(c.Scopes) {
		bad.add("scopes", fault.New(fault.Scopes, "most", maxListed))
	}
	for i, s := range c.DefaultScopes {
		if !c.MayAsk(s) {
			bad.addItem("default_scopes", i, fault.New(fault.DefaultScope, "value", strconv.Quote(s)))
		}
	}
	if repeats(c.DefaultScopes) {
		bad.add("default_scopes", fault.New(fault.DefaultTwice))
	}
}

func (c *Client) validateAudience(bad *Invalid) {
	for i, a := range c.Audience {
		// Lists are stored and sent separated by spaces.
		if a == "" || len(a) > maxValue || strings.Contains(a, " ") {
			bad.addItem("audience", i, fault.New(fault.Audience, "value", strconv.Quote(a), "most", maxValue))
		}
	}
	if len(c.Audience) > maxListed || repeats(c.Audience) {
		bad.add("audience", fault.New(fault.Audiences, "most", maxListed))
	}
}

func (c *Client) validatePostLogout(bad *Invalid) {
	for i, uri := range c.PostLogoutRedirectURIs {
		if why := redirectURIFault(uri, c.Type, c.AllowUndottedScheme); why != "" {
			bad.addItem("post_logout_redirect_uris", i, fault.New(why, "value", strconv.Quote(uri)))
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
