package handlers

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
)

// HandlerFunc answers a request, or returns the error to answer with. After it returned an
// error nothing may have been written.
type HandlerFunc func(http.ResponseWriter, *http.Request) error

// Protection says who may call a route. The zero value is none of them: a route whose
// author did not think about it keeps the server from starting.
type Protection int

// The protections.
const (
	// Open: anyone, and nothing about it is secret.
	Open Protection = iota + 1
	// ClientAuthenticated: the endpoint authenticates the client itself.
	ClientAuthenticated
	// Page: anyone, by browser; errors are shown as a page.
	Page
)

// CORSRule says which scripts of other origins may read the answer.
type CORSRule int

// The rules. The zero value is the strict one.
const (
	// NoCORS: none. For whatever a browser visits or a server calls.
	NoCORS CORSRule = iota
	// AnyOrigin: all, since the answer is public.
	AnyOrigin
	// PublicClientOrigins: those that a public client is registered at.
	PublicClientOrigins
)

// Route is one line of the table. Path may hold {variables}; literal paths come before
// templates whatever their order in the table.
type Route struct {
	Name    string
	Methods []string // HEAD comes with GET, OPTIONS with CORS
	Path    string
	// Aliases are other paths of the route. They are rewritten to Path before anything
	// looks at the URL, and have no variables.
	Aliases    []string
	Protection Protection
	CORS       CORSRule
	// Policies are the rate limits that apply, by name.
	Policies []string
	// MaxBody in bytes; 0 stands for 64 KiB.
	MaxBody int64
	Handler HandlerFunc
}

// Endpoints are the protocol endpoints, which other packages provide.
type Endpoints struct {
	Discovery, JWKS, Token, Introspect, Revoke, UserInfo HandlerFunc
	Authorize, LoginPage, Login, Consent, Logout, Logo   HandlerFunc
	// LegacyCheck is nil unless the operator turned it on.
	LegacyCheck HandlerFunc
}

// ownEndpoints are those of this package.
type ownEndpoints struct {
	landing, explanation, asset, head HandlerFunc
}

// routes is the table. Prefix is where the OAuth endpoints stand.
func routes(prefix string, e Endpoints, own ownEndpoints) []Route {
	get, post, both := []string{http.MethodGet}, []string{http.MethodPost}, []string{http.MethodGet, http.MethodPost}
	table := []Route{
		{Name: "introspect", Methods: post, Path: prefix + "/introspect", Protection: ClientAuthenticated, Handler: e.Introspect, Policies: []string{"introspect-client", "introspect-prefix", "client-secret", "client-secrets"}, Aliases: []string{"/api/v1/oauth/introspect"}},
		{Name: "token", Methods: post, Path: prefix + "/token", Protection: ClientAuthenticated, CORS: PublicClientOrigins, Handler: e.Token, Policies: []string{"token-client", "token-prefix", "client-secret", "client-secrets", "sign-in-account", "sign-in-prefix"}, Aliases: []string{"/token", "/oauth/v2/token", "/api/v1/oauth/tokens"}},
		{Name: "jwks", Methods: get, Path: prefix + "/jwks", Protection: Open, CORS: AnyOrigin, Handler: e.JWKS, Policies: []string{"document-prefix"}, Aliases: []string{"/.well-known/jwks.json", "/authorize/jwks"}},
		{Name: "discovery", Methods: get, Path: discoveryPath, Protection: Open, CORS: AnyOrigin, Handler: e.Discovery, Policies: []string{"document-prefix"}},
		{Name: "metadata", Methods: get, Path: metadataPath, Protection: Open, CORS: AnyOrigin, Handler: e.Discovery, Policies: []string{"document-prefix"}},
		{Name: "revoke", Methods: post, Path: prefix + "/revoke", Protection: ClientAuthenticated, CORS: PublicClientOrigins, Handler: e.Revoke, Policies: []string{"token-client", "token-prefix", "client-secret", "client-secrets"}, Aliases: []string{"/api/v1/oauth/tokens/revoke"}},
		{Name: "userinfo", Methods: both, Path: prefix + "/userinfo", Protection: ClientAuthenticated, CORS: PublicClientOrigins, Handler: e.UserInfo, Policies: []string{"userinfo-client", "userinfo-prefix"}},
		{Name: "authorize", Methods: both, Path: prefix + "/authorize", Protection: Page, Handler: e.Authorize, Policies: []string{"authorize-prefix"}, Aliases: []string{"/authorize"}},
		{Name: "authorize head", Methods: []string{http.MethodHead}, Path: prefix + "/authorize", Protection: Page, Handler: own.head, Policies: []string{"authorize-prefix"}},
		{Name: "login page", Methods: get, Path: "/login", Protection: Page, Handler: e.LoginPage, Policies: []string{"page-prefix"}},
		{Name: "login", Methods: post, Path: "/login", Protection: Page, Handler: e.Login, Policies: []string{"page-prefix", "sign-in-account", "sign-in-prefix", "sign-in-device"}},
		{Name: "consent", Methods: post, Path: "/consent", Protection: Page, Handler: e.Consent, Policies: []string{"page-prefix"}},
		{Name: "logout", Methods: both, Path: prefix + "/logout", Protection: Page, Handler: e.Logout, Policies: []string{"page-prefix"}},
		{Name: "logout head", Methods: []string{http.MethodHead}, Path: prefix + "/logout", Protection: Page, Handler: own.head, Policies: []string{"page-prefix"}},
		{Name: "landing", Methods: get, Path: "/", Protection: Page, Handler: own.landing, Policies: []string{"page-prefix"}},
		{Name: "explanation", Methods: get, Path: errorsPath + "{error_id}", Protection: Page, Handler: own.explanation, Policies: []string{"page-prefix"}},
		{Name: "logo", Methods: get, Path: "/logo/{client}/{version}", Protection: Page, Handler: e.Logo, Policies: []string{"page-prefix"}},
		{Name: "asset", Methods: get, Path: pages.AssetRoute, Protection: Page, Handler: own.asset, Policies: []string{"asset-prefix"}},
	}
	if e.LegacyCheck != nil {
		table = append(table, Route{Name: "legacy check", Methods: get, Path: prefix + "/access_token_valid/{token}", Protection: Open, Handler: e.LegacyCheck, Policies: []string{"introspect-client", "introspect-prefix"}})
	}
	return table
}

const (
	discoveryPath = "/.well-known/openid-configuration"
	metadataPath  = "/.well-known/oauth-authorization-server"
	errorsPath    = "/errors/"
)
