package oauth

import (
	"net/url"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Scopes that mean something to the provider itself (OpenID Connect Core sections 3.1.2.1
// and 11).
const (
	scopeOpenID  = "openid"
	scopeOffline = "offline_access"
)

// scopeCatalogue knows which scopes there are, from memory.
type scopeCatalogue interface {
	Exists(name string) bool
	// ClaimsOf are the claims about the user that a scope of the operator's own releases.
	ClaimsOf(name string) []string
}

// allowedScopes reads the scope parameter (RFC 6749 section 3.3): the requested scopes, each once,
// or the client's default scopes when none is requested. Each must be registered for the client,
// compared exactly, or it is refused, or ignored: see ignoredScope. The response names what was
// granted. A request of which nothing is left is refused: a token without any scope is useless.
func allowedScopes(c *client.Client, form url.Values, known scopeCatalogue) ([]string, error) {
	asked := strings.FieldsFunc(form.Get("scope"), func(r rune) bool { return r == ' ' })
	if len(asked) == 0 {
		// RFC 6749 section 3.3: a default, or an error.
		if len(c.DefaultScopes) == 0 && len(c.Scopes) > 0 {
			return nil, refusal.New(refusal.InvalidScope, refusal.CheckScopeMissing,
				"The request names no scope, and the client has no default scopes.").For(c.ID).
				Compare(refusal.FieldScope, strings.Join(c.Scopes, " "), "")
		}
		return c.DefaultScopes, nil
	}
	openID := slices.Contains(asked, scopeOpenID) && c.MayAsk(scopeOpenID)
	scopes := make([]string, 0, len(asked))
	for _, s := range asked {
		switch {
		case !client.ValidScope(s):
			return nil, refusal.New(refusal.InvalidScope, refusal.CheckScopeSyntax,
				"The scope parameter has a character that no scope name can have.").For(c.ID)
		case s == scopeOffline && !c.MayUse(client.RefreshToken): // OpenID Connect Core section 11
		case !c.MayAsk(s) && !ignoredScope(c, s, openID, known):
			return nil, unregisteredScope(c, s)
		case c.MayAsk(s) && !slices.Contains(scopes, s):
			scopes = append(scopes, s)
		}
	}
	if len(scopes) == 0 {
		return nil, unregisteredScope(c, asked[0])
	}
	return scopes, nil
}

// ignoredScope tells whether a scope that the client is not registered for is ignored rather than refused. Beside
// openid undefined scopes are (OpenID Connect Core section 3.1.2.1): applications request from every provider what one
// of them has. offline_access is, which libraries add to the scopes of every client with refresh tokens (section 11).
// Of a client that registered itself all are, since it knows of the server only what the metadata say to everybody (RFC
// 6749 section 3.3).
func ignoredScope(c *client.Client, scope string, openID bool, known scopeCatalogue) bool {
	return scope == scopeOffline || c.SelfRegistered() || openID && !known.Exists(scope)
}

func unregisteredScope(c *client.Client, scope string) error {
	return refusal.New(refusal.InvalidScope, refusal.CheckScope,
		"The client may not request "+quotedURI("the scope", scope, "a scope of the request")+"."+separators(scope)).For(c.ID).
		Compare(refusal.FieldScope, strings.Join(c.Scopes, " "), scope)
}

// separators reminds of them where a scope reads like several.
func separators(scope string) string {
	if strings.ContainsAny(scope, ",+%") {
		return " Scopes are separated by spaces."
	}
	return ""
}

// allowedAudience reads the audience of a token with the given scopes: resource (RFC 8707), or
// audience as earlier libraries send it, separated by spaces or repeated. Each must be registered
// for the client; the token has it as it is registered.
//
// A request that names none gets a default (RFC 8707 section 2) where it is clear: the only
// audience of a client with JWT access tokens, since resource servers check it. With openid there
// is no default, since the token has to work at UserInfo, and none for opaque tokens, which any
// client registered to introspect may see.
func allowedAudience(c *client.Client, form url.Values, scopes []string) ([]string, error) {
	asked := askedAudience(form)
	if len(asked) == 0 && len(c.Audience) == 1 && c.TokenFormat == client.JWT && !forProvider(c.Audience[0], scopes) {
		return c.Audience, nil
	}
	audience := make([]string, 0, len(asked))
	for _, a := range asked {
		registered, ok := c.RegisteredAudience(a)
		if !ok {
			return nil, refusal.New(refusal.InvalidTarget, refusal.CheckAudience,
				"The client may not request "+quotedURI("the audience", a, "an audience of the request")+".").For(c.ID).
				Compare(refusal.FieldAudience, strings.Join(c.Audience, " "), a)
		}
		if !slices.Contains(audience, registered) {
			audience = append(audience, registered)
		}
	}
	return audience, nil
}

// forProvider tells whether a token must work at the provider itself, and not at the only audience of its
// client. One that has scopes of an API beside management scopes is for that API: as one for both it would
// be worth stealing there. Where the audience is the management API it stays, since that takes no token of
// a client that does not name it; the revocation feed takes none that does.
func forProvider(audience string, scopes []string) bool {
	if slices.Contains(scopes, scopeOpenID) || slices.Equal(scopes, []string{audit.RevocationFeed}) {
		return true
	}
	foreign := func(s string) bool { return !audit.Reserved(s) }
	return len(scopes) > 0 && !slices.ContainsFunc(scopes, foreign) && !strings.HasSuffix(audience, ManagementPath)
}

// askedAudience is what a request names, in either parameter. One without a value was not sent
// (RFC 6749 section 3.1).
func askedAudience(form url.Values) []string {
	asked := slices.DeleteFunc(slices.Clone(form["resource"]), func(r string) bool { return r == "" })
	for _, list := range form["audience"] {
		asked = append(asked, strings.Fields(list)...)
	}
	return asked
}

// narrowerAudience is the audience that a token request for an existing grant names (RFC 8707
// section 2.2); nil: all that was granted.
func narrowerAudience(c *client.Client, form url.Values) ([]string, error) {
	if len(askedAudience(form)) == 0 {
		return nil, nil
	}
	return allowedAudience(c, form, nil)
}
