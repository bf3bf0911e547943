package oauth

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/route"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/ratelimit"
)

// Where the documents stand that lead to everything else (OpenID Connect Discovery section 4, RFC
// 8414 section 3).
const (
	DiscoveryPath = "/.well-known/openid-configuration"
	MetadataPath  = "/.well-known/oauth-authorization-server"
)

// Provider is the protocol.
type Provider interface {
	tokenEndpoint
	introspector
	revoker
	userInfo
	legacyChecker
}

// Config is what the endpoints need.
type Config struct {
	// Prefix is where they stand, such as /oauth.
	Prefix   string
	Provider Provider
	// Metadata is the discovery document.
	Metadata []byte
	Keys     keySet
	// Issuer and PasskeyOrigins are what the documents about passkeys say.
	Issuer         string
	PasskeyOrigins []string
	// Revocations is the feed of what was revoked.
	Revocations revocationFeed
	// Registrations lets clients register themselves; nil: none can.
	Registrations Registrations
	// LegacyCheck serves the check of an older system, too.
	LegacyCheck bool
}

// Routes are the endpoints.
func (c Config) Routes() []route.Route {
	get, post, both := []string{http.MethodGet}, []string{http.MethodPost}, []string{http.MethodGet, http.MethodPost}
	documents := []string{ratelimit.DocumentPrefix}
	authenticates := func(policies ...string) []string {
		return append(policies, ratelimit.ClientSecret, ratelimit.ClientSecrets)
	}
	discovery := Discovery(c.Metadata)
	routes := []route.Route{
		{
			Name: "introspect", Methods: post, Path: c.Prefix + "/introspect", Aliases: []string{"/api/v1/oauth/introspect"},
			Protection: route.ClientAuthenticated, Handler: Introspect(c.Provider),
			Policies: authenticates(ratelimit.IntrospectClient, ratelimit.IntrospectPrefix),
		},
		{
			Name: "token", Methods: post, Path: c.Prefix + "/token", Aliases: []string{"/token", "/oauth/v2/token", "/api/v1/oauth/tokens"},
			Protection: route.ClientAuthenticated, CORS: route.PublicClientOrigins, Handler: Token(c.Provider),
			Policies: append(authenticates(ratelimit.TokenClient, ratelimit.TokenPrefix), ratelimit.SignInAccount, ratelimit.SignInPrefix),
		},
		{
			Name: "jwks", Methods: get, Path: c.Prefix + "/jwks", Aliases: []string{"/.well-known/jwks.json", "/authorize/jwks"},
			Protection: route.Open, CORS: route.AnyOrigin, Handler: JWKS(c.Keys), Policies: documents,
		},
		{Name: "discovery", Methods: get, Path: DiscoveryPath, Protection: route.Open, CORS: route.AnyOrigin, Handler: discovery, Policies: documents},
		{Name: "metadata", Methods: get, Path: MetadataPath, Protection: route.Open, CORS: route.AnyOrigin, Handler: discovery, Policies: documents},
		{
			Name: "passkey endpoints", Methods: get, Path: PasskeyEndpointsPath, Protection: route.Open, CORS: route.AnyOrigin,
			Handler: PasskeyEndpoints(c.Issuer), Policies: documents,
		},
		{
			Name: "revoke", Methods: post, Path: c.Prefix + "/revoke", FormAliases: []string{"/api/v1/oauth/tokens/revoke"},
			Protection: route.ClientAuthenticated, CORS: route.PublicClientOrigins, Handler: Revoke(c.Provider),
			Policies: authenticates(ratelimit.TokenClient, ratelimit.TokenPrefix),
		},
		{
			Name: "revocations", Methods: get, Path: c.Prefix + "/revocations", Protection: route.Bearer(audit.RevocationFeed),
			Handler: Revocations(c.Revocations), Policies: []string{ratelimit.RevocationsClient, ratelimit.RevocationsPrefix},
		},
		{
			Name: "userinfo", Methods: both, Path: c.Prefix + "/userinfo",
			Protection: route.ClientAuthenticated, CORS: route.PublicClientOrigins, Handler: UserInfo(c.Provider),
			Policies: []string{ratelimit.UserInfoClient, ratelimit.UserInfoPrefix},
		},
	}
	if len(c.PasskeyOrigins) > 0 {
		routes = append(routes, route.Route{
			Name: "passkey origins", Methods: get, Path: PasskeyOriginsPath, Protection: route.Open, CORS: route.AnyOrigin,
			Handler: PasskeyOrigins(c.PasskeyOrigins), Policies: documents,
		})
	}
	if c.LegacyCheck {
		routes = append(routes, route.Route{
			Name: "legacy check", Methods: get, Path: c.Prefix + "/access_token_valid/{token}", Protection: route.Open, Handler: LegacyCheck(c.Provider),
			Policies: []string{ratelimit.IntrospectClient, ratelimit.IntrospectPrefix},
		})
	}
	return append(routes, c.registrationRoutes()...)
}
