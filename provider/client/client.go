package client

import (
	"cmp"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Type says what kind of application a client is ("application_type" in OpenID Connect
// registration, with backend for applications that users' browsers never reach).
type Type string

// The application types.
const (
	Web     Type = "web"
	Native  Type = "native"
	Backend Type = "backend"
)

// AuthMethod is how a client authenticates at the token endpoint (token_endpoint_auth_method, RFC
// 7591 section 2). See Client.Accepts.
type AuthMethod string

// The methods in use. None is for public clients, which cannot keep a secret.
const (
	SecretBasic   AuthMethod = "client_secret_basic"
	SecretPost    AuthMethod = "client_secret_post"
	PrivateKeyJWT AuthMethod = "private_key_jwt"   // RFC 7523 with a key of the client
	SecretJWT     AuthMethod = "client_secret_jwt" // RFC 7523 with the secret as the key
	None          AuthMethod = "none"
)

// Rotation says what happens to a refresh token that is used.
type Rotation string

// Rotate replaces it at each use. Reuse keeps it: for confidential clients only, since their
// authentication binds it (FAPI 2.0, RFC 9700 section 4.14.2).
const (
	Rotate Rotation = "rotate"
	Reuse  Rotation = "reuse"
)

// TokenFormat is the form of a client's access tokens.
type TokenFormat string

// The typ headers of JWT access tokens. RFC 9068 section 2.1 requires at+jwt, which tells them from
// ID tokens; some resource servers accept only JWT.
const (
	TypeAccessToken = "at+jwt"
	TypeJWT         = "JWT"
)

// Opaque tokens are verified by introspection; JWT tokens (RFC 9068) also by signature.
const (
	Opaque TokenFormat = "opaque"
	JWT    TokenFormat = "jwt"
)

// GrantTypes are those that a client can be registered for.
func GrantTypes() []GrantType {
	return []GrantType{ClientCredentials, AuthorizationCode, RefreshToken, Password, Implicit}
}

// GrantType is a value of grant_type (RFC 7591 section 2).
type GrantType string

// The grant types a client can be registered for.
const (
	ClientCredentials GrantType = "client_credentials"
	AuthorizationCode GrantType = "authorization_code"
	RefreshToken      GrantType = "refresh_token"
	Password          GrantType = "password"
	// Implicit is what response types with tokens need; no token request has it. See GrantsOf.
	Implicit GrantType = "implicit"
)

// Client is one registered application. Values that the Directory hands out are shared
// between requests and must not be changed.
type Client struct {
	ID         string
	Name       string
	Type       Type
	AuthMethod AuthMethod
	// AuthMethodPinned: it authenticates by AuthMethod alone. Without it a secret may be sent by
	// Basic or in the body, whichever the client's library does (RFC 6749 section 2.3.1).
	AuthMethodPinned bool
	// AssertionIssuerOnly: the audience of its assertions must be the issuer. The token endpoint is
	// not accepted, since a malicious server could name it as its own (draft-ietf-oauth-rfc7523bis
	// section 4).
	AssertionIssuerOnly bool

	GrantTypes []GrantType
	// ResponseTypes are the response_type values that it may request, in any order of their words;
	// none means code.
	ResponseTypes []string
	RedirectURIs  []string
	Scopes        []string // what it may request
	DefaultScopes []string // what it gets when it requests none
	Audience      []string // which audiences its tokens may have
	TokenFormat   TokenFormat
	// AccessTokenAlg signs JWT access tokens; empty means ES256. AccessTokenTyp is their typ
	// header, at+jwt (RFC 9068) or JWT; empty means at+jwt.
	AccessTokenAlg, AccessTokenTyp string

	IDTokenAlg string // id_token_signed_response_alg; empty means RS256
	// IDTokenClaims: the claims of the granted scopes are in ID tokens too, not only at UserInfo.
	IDTokenClaims bool

	// SubjectType says whether applications of different operators know a user by the same sub; empty means
	// public. SectorIdentifierURI names the sector of pairwise subjects; see Sector.
	SubjectType         SubjectType
	SectorIdentifierURI string

	// UserInfoSigningAlg signs UserInfo responses; empty: they are plain JSON. The others name how a key of
	// the client encrypts UserInfo responses and ID tokens; empty: they are not encrypted. Without an Enc it
	// is DefaultEncryption.
	UserInfoSigningAlg, UserInfoEncryptionAlg, UserInfoEncryptionEnc string
	IDTokenEncryptionAlg, IDTokenEncryptionEnc                       string

	// These override the provider's when positive: the lifetimes of access and ID tokens, and the
	// idle and absolute lifetimes of refresh tokens.
	AccessTokenLifetime, IDTokenLifetime   time.Duration
	RefreshTokenIdle, RefreshTokenLifetime time.Duration
	RefreshTokenRotation                   Rotation

	// JWKS (a JWK set as JSON) or JWKSURI hold the public keys of a client: it authenticates by them
	// with private_key_jwt, and signs request objects by them however it authenticates.
	// AuthSigningAlg is the only algorithm of its assertions, if it is not empty
	// (token_endpoint_auth_signing_alg, RFC 7591 section 2).
	JWKS, JWKSURI, AuthSigningAlg string

	// RequireSignedRequestObject: its authorization requests must come in a signed request object (RFC
	// 9101 section 10.5). RequestObjectAlg, RequestObjectEncryptionAlg and RequestObjectEncryptionEnc
	// are the only algorithms of those, if they are not empty. RequestURIs are where they may be
	// fetched (OpenID Connect Dynamic Client Registration section 2).
	RequireSignedRequestObject                             bool
	RequestObjectAlg                                       string
	RequestObjectEncryptionAlg, RequestObjectEncryptionEnc string
	RequestURIs                                            []string

	// RateLimit is how many requests a second the client may make at each endpoint where it
	// authenticates, with a burst of twice as many; 0 means the provider's.
	RateLimit int

	// RequiredACR is the authentication context class that its users must have reached (acr, OpenID Connect
	// Core section 2); empty: any.
	RequiredACR string
	// DefaultMaxAge and DefaultACRs are max_age and acr_values of requests without them; 0 and none:
	// those that it sends alone count.
	DefaultMaxAge time.Duration
	DefaultACRs   []string
	// RequireAuthTime: its ID tokens must have auth_time, which those of all clients have.
	RequireAuthTime bool

	RequirePKCE    bool
	AllowPlainPKCE bool
	FirstParty     bool // the operator's own: users are not asked for consent
	MayIntrospect  bool // may introspect tokens that name no audience
	Disabled       bool
	// AllowUndottedScheme allows redirect URIs such as cursor://auth, whose scheme any other
	// application on the machine can claim (RFC 8252 section 7.1).
	AllowUndottedScheme bool
	// Restricted: only named users and groups may use it; no user while none is named.
	Restricted bool

	// Trust says who registered it, and whether an operator vouches for that.
	Trust Trust
	// SoftwareID and SoftwareVersion name the software that it is an instance of (RFC 7591 section 2);
	// they are not verified, and mean nothing here.
	SoftwareID, SoftwareVersion string

	// URI, LogoURI, PolicyURI and TOSURI are shown to users; each may be empty.
	URI, LogoURI, PolicyURI, TOSURI string
	// Contacts are the people responsible for it (RFC 7591 section 2).
	Contacts []string
	// PostLogoutRedirectURIs are where a browser may be sent after signing out.
	PostLogoutRedirectURIs []string
	// BackChannelLogoutURI is where the end of a session is posted (OpenID Connect Back-Channel Logout
	// section 2.2), FrontChannelLogoutURI what a page of the browser loads then (Front-Channel Logout
	// section 2); empty: the client is not told in that way. With SessionRequired it wants to know
	// which session ended.
	BackChannelLogoutURI, FrontChannelLogoutURI                         string
	BackChannelLogoutSessionRequired, FrontChannelLogoutSessionRequired bool
	// InitiateLoginURI is where somebody else may send a browser for the client to begin a sign-in
	// (OpenID Connect Core section 4); empty: nowhere.
	InitiateLoginURI string

	Secrets   []Secret
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Secret is one secret of a client, as it is stored. Several may be valid at once, so that a new one
// can be rolled out before the old one expires.
type Secret struct {
	ID        provider.ID
	Hash      string
	CreatedAt time.Time
	ExpiresAt *time.Time
}

// Live tells whether the secret can still be used.
func (s Secret) Live(now time.Time) bool { return s.ExpiresAt == nil || now.Before(*s.ExpiresAt) }

// IDTokenAlgorithm is the algorithm that signs the client's ID tokens (OpenID Connect Registration section 2).
func (c *Client) IDTokenAlgorithm() string { return cmp.Or(c.IDTokenAlg, defaultIDTokenAlg) }

// defaultIDTokenAlg signs the ID tokens of clients that are registered for no other.
const defaultIDTokenAlg = "RS256"

// HasSecret tells whether the client authenticates by a secret.
func (c *Client) HasSecret() bool { return c.AuthMethod != None && c.AuthMethod != PrivateKeyJWT }

// Accepts tells whether the client may authenticate by a method. A plain secret may be sent by Basic
// or in the body, whichever the client's library does (RFC 6749 section 2.3.1), unless the method is
// pinned. A client with keys cannot authenticate by a secret.
func (c *Client) Accepts(m AuthMethod) bool {
	plain := func(m AuthMethod) bool { return m == SecretBasic || m == SecretPost }
	return m == c.AuthMethod || (!c.AuthMethodPinned && plain(c.AuthMethod) && plain(m))
}

// Public tells whether the client cannot authenticate (RFC 6749 section 2.1).
func (c *Client) Public() bool { return c.AuthMethod == None }

// MayUse tells whether the client is registered for a grant type. Values are compared exactly:
// "Client_Credentials" is not a grant type.
func (c *Client) MayUse(g GrantType) bool { return slices.Contains(c.GrantTypes, g) }

// MayAsk tells whether the client is registered for a scope, compared exactly.
func (c *Client) MayAsk(scope string) bool { return slices.Contains(c.Scopes, scope) }

// MayReach tells whether the client may have tokens for an audience, compared exactly: a comparison
// by prefix would accept https://api/a/../admin for https://api/a.
func (c *Client) MayReach(audience string) bool { return slices.Contains(c.Audience, audience) }
