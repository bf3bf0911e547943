package client

import (
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/acr"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Fields are the properties of a registration, in the order in which they are shown. A new one needs
// an entry here and a field in Client.
func Fields() []Field {
	algorithms := SigningAlgorithms()
	return []Field{
		{
			Name: "client_name", Label: "Name",
			About: "name that users see",
			in:    func(c *Client) any { return &c.Name }, check: checkName,
		},
		{
			Name: "client_type", Flag: "client-type", Help: "web, native or backend (default web; backend with client_credentials and no redirect URI)", Label: "Type",
			About: "kind of application; without it web, or backend with the grant client_credentials and no redirect URI",
			in:    func(c *Client) any { return &c.Type }, Values: []string{string(Web), string(Native), string(Backend)},
		},
		{
			Name:  "token_endpoint_auth_method",
			About: "how the client authenticates (RFC 7591 section 2)",
			in:    func(c *Client) any { return &c.AuthMethod }, Values: []string{string(SecretBasic), string(SecretPost), string(PrivateKeyJWT), string(SecretJWT), string(None)},
		},
		{Name: "auth_method_pinned", About: "whether it may authenticate in no other way; otherwise a secret is taken by Basic or in the body", in: func(c *Client) any { return &c.AuthMethodPinned }},
		{
			Name: "grant_types", Flag: "grant-type", Words: true, Help: oneOf(grantTypeNames()) + " (repeatable)", Label: "Grant types",
			About: "how the client may get tokens (RFC 6749 section 1.3); a redirect URI implies authorization_code",
			in:    func(c *Client) any { return &c.GrantTypes }, Values: grantTypeNames(),
		},
		{
			Name: "response_types", Flag: "response-type", Label: "Response types", Document: true, Optional: true,
			About: "what its authorization responses may have in them (OpenID Connect Registration section 2); without them code alone. All others put tokens into the browser, and work only where GATEHOUSE_RESPONSE_TYPES names them",
			Help:  "what its authorization responses may have in them, such as \"code id_token\" (repeatable; default code; all others need GATEHOUSE_RESPONSE_TYPES)",
			in:    func(c *Client) any { return &c.ResponseTypes }, Values: ResponseTypes(),
		},
		{
			Name: "redirect_uris", Flag: "redirect-uri", Help: "where authorization responses may be sent, matched exactly (repeatable)", Label: "Redirect URIs",
			About: "where authorization responses may be sent, matched exactly",
			in:    func(c *Client) any { return &c.RedirectURIs },
		},
		{
			Name: "post_logout_redirect_uris", Flag: "post-logout-redirect-uri", Help: "where a browser may go after signing out (repeatable)", Label: "After sign-out",
			About: "where a browser may go after signing out",
			in:    func(c *Client) any { return &c.PostLogoutRedirectURIs },
		},
		{
			Name: "backchannel_logout_uri", Flag: "backchannel-logout-uri", Label: "Told of sign-outs at", Optional: true, Document: true,
			Help: "where the server posts a signed logout token when a session ends in which the client took part (OpenID Connect Back-Channel Logout)",
			in:   func(c *Client) any { return &c.BackChannelLogoutURI },
		},
		{
			Name: "backchannel_logout_session_required", Flag: "backchannel-logout-session-required", Optional: true, Document: true,
			Help: "the client needs to know which session ended; logout tokens always say so",
			in:   func(c *Client) any { return &c.BackChannelLogoutSessionRequired },
		},
		{
			Name: "frontchannel_logout_uri", Flag: "frontchannel-logout-uri", Label: "Loaded at sign-out", Optional: true, Document: true,
			Help: "what the page after a sign-out loads in a frame, of the origin of a redirect URI (OpenID Connect Front-Channel Logout)",
			in:   func(c *Client) any { return &c.FrontChannelLogoutURI },
		},
		{
			Name: "frontchannel_logout_session_required", Flag: "frontchannel-logout-session-required", Optional: true, Document: true,
			Help: "add iss and sid to what is loaded, so that the client knows which session ended",
			in:   func(c *Client) any { return &c.FrontChannelLogoutSessionRequired },
		},
		{
			Name: "initiate_login_uri", Flag: "initiate-login-uri", Label: "Begins a sign-in", Optional: true, Document: true,
			Help: "page of the client that begins a sign-in when somebody else leads a browser there (OpenID Connect Core section 4)",
			in:   func(c *Client) any { return &c.InitiateLoginURI },
		},
		{
			Name: "client_uri", Flag: "client-uri", Help: "home page, shown to users", Label: "Home page", Optional: true,
			in: func(c *Client) any { return &c.URI }, check: shownURI(func(c *Client) string { return c.URI }),
		},
		{
			Name: "logo_uri", Flag: "logo-uri", Label: "Logo", Optional: true,
			Help: "logo, of which users see a copy: https URL of a PNG, JPEG, GIF or WebP of at most 256 KiB and 2048x2048 pixels (no SVG)",
			in:   func(c *Client) any { return &c.LogoURI }, check: shownURI(func(c *Client) string { return c.LogoURI }),
		},
		{
			Name: "policy_uri", Flag: "policy-uri", Help: "privacy policy, shown to users", Label: "Privacy policy", Optional: true,
			in: func(c *Client) any { return &c.PolicyURI }, check: shownURI(func(c *Client) string { return c.PolicyURI }),
		},
		{
			Name: "tos_uri", Flag: "tos-uri", Help: "terms of service, shown to users", Label: "Terms of service", Optional: true,
			in: func(c *Client) any { return &c.TOSURI }, check: shownURI(func(c *Client) string { return c.TOSURI }),
		},
		{
			Name: "contacts", Flag: "contact", Help: "contact for the client, such as an email address (repeatable)", Label: "Contacts", Optional: true, Document: true,
			About: "contacts for the client, such as email addresses",
			in:    func(c *Client) any { return &c.Contacts }, check: checkContacts,
		},
		{
			Name: "scopes", Flag: "scope", Words: true, Help: "scope that the client may request (repeatable)", Label: "Scopes",
			About: "scopes that the client may request; without them, a client with a redirect URI may request the standard ones",
			in:    func(c *Client) any { return &c.Scopes },
		},
		{
			Name: "default_scopes", Flag: "default-scope", Words: true, Label: "Default scopes",
			About: "scopes granted when it requests none; a client with a redirect URI that is registered without scopes gets openid, profile and email",
			Help:  "scope granted when it requests none (repeatable; with a redirect URI and without --scope: openid profile email)",
			in:    func(c *Client) any { return &c.DefaultScopes },
		},
		{
			Name: "audience", Flag: "audience", Label: "Audience",
			About: "audiences that its tokens may have; a single one is the default of JWT access tokens without openid",
			Help:  "audience that its tokens may have (repeatable; a single one is the default of JWT access tokens without openid)",
			in:    func(c *Client) any { return &c.Audience },
		},
		{
			Name: "access_token_format", Flag: "access-token-format", Help: "opaque or jwt (default opaque)",
			About: "format of its access tokens (default opaque)",
			in:    func(c *Client) any { return &c.TokenFormat }, Values: []string{string(Opaque), string(JWT)},
		},
		{
			Name: "access_token_alg", Flag: "access-token-alg", Default: "ES256", Help: "algorithm of its JWT access tokens: RS256, PS256, ES256 or EdDSA (default ES256)",
			About: "algorithm of its JWT access tokens (default ES256)",
			in:    func(c *Client) any { return &c.AccessTokenAlg }, Values: algorithms,
		},
		{
			Name: "access_token_typ", Flag: "access-token-typ", Default: TypeAccessToken,
			Help: "typ header of its JWT access tokens: at+jwt (RFC 9068), or JWT for resource servers that accept no other (default at+jwt)",
			in:   func(c *Client) any { return &c.AccessTokenTyp }, Values: []string{TypeAccessToken, TypeJWT},
		},
		{
			Name: "access_token_lifetime", Flag: "access-token-lifetime", Help: "such as 15m (default: the provider's)", Optional: true,
			About: "lifetime of its access tokens in seconds (default: the provider's)",
			in:    func(c *Client) any { return &c.AccessTokenLifetime }, check: lifetime(MaxTokenLifetime, "24 hours", func(c *Client) time.Duration { return c.AccessTokenLifetime }),
		},
		{
			Name: "id_token_lifetime", Flag: "id-token-lifetime", Help: "such as 15m (default: the provider's)", Optional: true,
			About: "lifetime of its ID tokens in seconds (default: the provider's)",
			in:    func(c *Client) any { return &c.IDTokenLifetime }, check: lifetime(MaxTokenLifetime, "24 hours", func(c *Client) time.Duration { return c.IDTokenLifetime }),
		},
		{
			Name: "refresh_token_idle", Flag: "refresh-token-idle", Optional: true,
			About: "idle lifetime of a refresh token in seconds (default: the provider's)",
			Help:  "idle lifetime of a refresh token, such as 720h (default: the provider's)",
			in:    func(c *Client) any { return &c.RefreshTokenIdle }, check: lifetime(maxRefresh, "400 days", func(c *Client) time.Duration { return c.RefreshTokenIdle }),
		},
		{
			Name: "refresh_token_lifetime", Flag: "refresh-token-lifetime", Optional: true,
			About: "absolute lifetime of refreshing in seconds (default: the provider's)",
			Help:  "absolute lifetime of refreshing, such as 2160h (default: the provider's)",
			in:    func(c *Client) any { return &c.RefreshTokenLifetime }, check: lifetime(maxRefresh, "400 days", func(c *Client) time.Duration { return c.RefreshTokenLifetime }),
		},
		{
			Name: "refresh_token_rotation", Flag: "refresh-token-rotation", Default: string(Rotate),
			Help: "rotate, or reuse for a confidential client that keeps one refresh token (default rotate)",
			in:   func(c *Client) any { return &c.RefreshTokenRotation }, Values: []string{string(Rotate), string(Reuse)},
		},
		{
			Name: "rate_limit", Flag: "rate-limit", Optional: true,
			Help: "requests a second at each of the token, introspection and UserInfo endpoints (default: the provider's)",
			in:   func(c *Client) any { return &c.RateLimit }, check: checkRate,
		},
		{Name: "jwks", About: "the client's own keys, for private_key_jwt, request objects and encrypted answers: the JSON text of a JWK set (RFC 7517)", Optional: true, in: func(c *Client) any { return &c.JWKS }},
		{
			Name: "jwks_uri", Flag: "jwks-uri", Help: "URL at which the client publishes its keys, for private_key_jwt, request objects and encrypted answers", Optional: true,
			in: func(c *Client) any { return &c.JWKSURI },
		},
		{
			Name: "token_endpoint_auth_signing_alg", Flag: "auth-signing-alg", Label: "Assertions signed by", Optional: true,
			Help: "only algorithm of the client's assertions (default: any that is offered)",
			in:   func(c *Client) any { return &c.AuthSigningAlg },
		},
		{
			Name: "assertion_issuer_only", Flag: "assertion-issuer-only", Label: "Assertions for the issuer only",
			Help: "require the issuer as the audience of its assertions; the token endpoint is not accepted",
			in:   func(c *Client) any { return &c.AssertionIssuerOnly },
		},
		{
			Name: "require_signed_request_object", Flag: "require-signed-request-object", Label: "Requires request objects", Document: true,
			Help: "refuse authorization requests that are not in a request object signed by the client (RFC 9101)",
			in:   func(c *Client) any { return &c.RequireSignedRequestObject },
		},
		{
			Name: "request_object_signing_alg", Flag: "request-object-alg", Label: "Request objects signed by", Optional: true, Document: true,
			Help: "only algorithm of its request objects: RS256, PS256, ES256 or EdDSA (default: any of them)",
			in:   func(c *Client) any { return &c.RequestObjectAlg }, Values: SigningAlgorithms(),
		},
		{
			Name: "request_object_encryption_alg", Flag: "request-object-encryption-alg", Label: "Request objects encrypted by", Optional: true, Document: true,
			Help: "only algorithm by which its request objects may be encrypted: RSA-OAEP-256 or ECDH-ES (default: either)",
			in:   func(c *Client) any { return &c.RequestObjectEncryptionAlg }, Values: EncryptionAlgorithms(),
		},
		{
			Name: "request_object_encryption_enc", Flag: "request-object-encryption-enc", Label: "Content of request objects encrypted by", Optional: true, Document: true,
			Help: "only encryption of their content: A128GCM or A256GCM (default: either)",
			in:   func(c *Client) any { return &c.RequestObjectEncryptionEnc }, Values: ContentEncryptions(),
		},
		{
			Name: "request_uris", Flag: "request-uri", Label: "Request objects at", Document: true,
			Help:  "https URL at which the client publishes request objects, matched exactly but for a fragment (repeatable)",
			About: "https URLs at which the client publishes request objects, matched exactly but for a fragment",
			in:    func(c *Client) any { return &c.RequestURIs },
		},
		{
			Name: "id_token_signed_response_alg", Flag: "id-token-alg", Default: defaultIDTokenAlg, Help: "RS256, PS256, ES256 or EdDSA (default " + defaultIDTokenAlg + ")",
			About: "algorithm of its ID tokens (default " + defaultIDTokenAlg + ")",
			in:    func(c *Client) any { return &c.IDTokenAlg }, Values: algorithms,
		},
		{
			Name: "id_token_claims", Flag: "id-token-claims",
			Help: "put the claims of the granted scopes into ID tokens too, not only at UserInfo (default on for confidential web clients)",
			in:   func(c *Client) any { return &c.IDTokenClaims },
		},
		{
			Name: "id_token_encrypted_response_alg", Flag: "id-token-encryption-alg", Label: "ID tokens encrypted by", Optional: true, Document: true,
			Help: "encrypt its ID tokens to a key of the client: " + oneOf(AnswerAlgorithms()) + " (default: not encrypted)",
			in:   func(c *Client) any { return &c.IDTokenEncryptionAlg }, Values: AnswerAlgorithms(),
		},
		{
			Name: "id_token_encrypted_response_enc", Flag: "id-token-encryption-enc", Optional: true, Document: true,
			Help: "encryption of the content of its ID tokens: " + oneOf(AnswerEncryptions()) + " (default " + DefaultEncryption + ")",
			in:   func(c *Client) any { return &c.IDTokenEncryptionEnc }, Values: AnswerEncryptions(),
		},
		{
			Name: "userinfo_signed_response_alg", Flag: "userinfo-alg", Label: "UserInfo signed by", Optional: true, Document: true,
			Help: "sign UserInfo responses: " + oneOf(algorithms) + " (default: plain JSON)",
			in:   func(c *Client) any { return &c.UserInfoSigningAlg }, Values: algorithms,
		},
		{
			Name: "userinfo_encrypted_response_alg", Flag: "userinfo-encryption-alg", Label: "UserInfo encrypted by", Optional: true, Document: true,
			Help: "encrypt UserInfo responses to a key of the client: " + oneOf(AnswerAlgorithms()) + " (default: not encrypted)",
			in:   func(c *Client) any { return &c.UserInfoEncryptionAlg }, Values: AnswerAlgorithms(),
		},
		{
			Name: "userinfo_encrypted_response_enc", Flag: "userinfo-encryption-enc", Optional: true, Document: true,
			Help: "encryption of the content of UserInfo responses: " + oneOf(AnswerEncryptions()) + " (default " + DefaultEncryption + ")",
			in:   func(c *Client) any { return &c.UserInfoEncryptionEnc }, Values: AnswerEncryptions(),
		},
		{
			Name: "subject_type", Flag: "subject-type", Label: "Subjects", Default: string(Public), Optional: true, Document: true,
			Help:  "public, or pairwise: the client knows users by subjects that clients of other hosts do not have; a change ends what it has for users (default public)",
			About: "public, or pairwise for subjects that clients of other hosts do not have; a change ends what it has for users (OpenID Connect Core section 8)",
			in:    func(c *Client) any { return &c.SubjectType }, Values: []string{string(Public), string(Pairwise)},
		},
		{
			Name: "sector_identifier_uri", Flag: "sector-identifier-uri", Label: "Sector", Optional: true, Document: true,
			Help: "https URL of a JSON array with the redirect URIs of all clients that share pairwise subjects; its host names the sector (default: the one host of the redirect URIs)",
			in:   func(c *Client) any { return &c.SectorIdentifierURI },
		},
		{
			Name: "require_pkce", Flag: "require-pkce", Help: "refuse authorization requests without PKCE (public clients always need it)",
			in: func(c *Client) any { return &c.RequirePKCE },
		},
		{
			Name: "required_acr", Flag: "required-acr", Default: acr.Password,
			Help: "how strongly its users must be authenticated: 1, 2 (a second factor), phr (a passkey) or phrh (a hardware key that you trust, which needs GATEHOUSE_PASSKEY_ATTESTATION=direct); a stronger one will do (default 1)",
			in:   func(c *Client) any { return &c.RequiredACR }, Values: acr.Classes(),
		},
		{
			Name: "default_max_age", Flag: "default-max-age", Document: true, Optional: true,
			About: "max_age, in seconds, of authorization requests without one: whoever signed in longer ago signs in again; 0: none",
			Help:  "max_age of authorization requests without one, such as 12h: whoever signed in longer ago signs in again (default: none)",
			in:    func(c *Client) any { return &c.DefaultMaxAge }, check: checkMaxAge,
		},
		{
			Name: "default_acr_values", Flag: "default-acr", Words: true, Label: "Default acr_values", Document: true, Optional: true,
			About: "acr_values of authorization requests without one; any of the classes will do. A request may ask for less: required_acr is what no request can avoid",
			Help:  "acr_values of authorization requests without one (repeatable; a request may ask for less, where --required-acr always counts)",
			in:    func(c *Client) any { return &c.DefaultACRs }, check: checkDefaultACRs,
		},
		{
			Name: "require_auth_time", Flag: "require-auth-time", Label: "Requires auth_time", Document: true, Optional: true,
			Help: "its ID tokens must have auth_time, as those of all clients have",
			in:   func(c *Client) any { return &c.RequireAuthTime },
		},
		{
			Name: "allow_plain_pkce", Flag: "allow-plain-pkce", Help: "accept the PKCE method plain, for clients that have no SHA-256", Label: "Allows plain PKCE",
			in: func(c *Client) any { return &c.AllowPlainPKCE },
		},
		{
			Name: "allow_undotted_scheme", Flag: "allow-undotted-scheme", Label: "Undotted schemes",
			Help: "redirect URIs of a native client may have a scheme without a dot, such as cursor://auth; any other application on the machine could claim it (RFC 8252 section 7.1), so users are asked for consent each time",
			in:   func(c *Client) any { return &c.AllowUndottedScheme },
		},
		{
			Name: "first_party", Flag: "first-party", Help: "your own application: users are not asked for consent", Label: "First party",
			in: func(c *Client) any { return &c.FirstParty },
		},
		{
			Name: "trust", Flag: "trust", Default: string(Operator), Label: "Trust",
			About: "who vouches for the client: operator, or unverified or verified for one that registered itself (RFC 7591); users of an unverified one are told so, and asked for consent each time",
			Help:  "verified or unverified for a client that registered itself, of which users are told and asked for consent each time while it is unverified; operator for your own (default operator)",
			in:    func(c *Client) any { return &c.Trust }, Values: trustNames(),
		},
		{
			Name: "software_id", Optional: true, Document: true,
			About: "software that the client is an instance of, as it says (RFC 7591 section 2)",
			in:    func(c *Client) any { return &c.SoftwareID }, check: checkSoftware(func(c *Client) string { return c.SoftwareID }),
		},
		{
			Name: "software_version", Optional: true, Document: true,
			About: "version of that software, as the client says",
			in:    func(c *Client) any { return &c.SoftwareVersion }, check: checkSoftware(func(c *Client) string { return c.SoftwareVersion }),
		},
		{
			Name: "may_introspect", Flag: "may-introspect", Help: "may introspect tokens that name no audience", Label: "May introspect",
			in: func(c *Client) any { return &c.MayIntrospect },
		},
		{
			Name: "restricted", Flag: "restricted",
			About: "whether only named users and groups may use it; false allows all users and removes the names",
			Help:  "only named users and groups may use it (gatehouse client users add, client groups add); =false allows all users and removes the names",
			in:    func(c *Client) any { return &c.Restricted },
		},
	}
}

func checkName(c *Client) *fault.Fault {
	if strings.TrimSpace(c.Name) == "" || len(c.Name) > maxName {
		return fault.New(fault.ClientName, "bytes", maxName)
	}
	return nil
}

func lifetime(longest time.Duration, text string, of func(c *Client) time.Duration) func(c *Client) *fault.Fault {
	return func(c *Client) *fault.Fault {
		if v := of(c); v < 0 || v > longest || v%time.Second != 0 {
			return fault.New(fault.Lifetime, "most", text)
		}
		return nil
	}
}

// shownURI checks a URI that becomes a link, or the source of an image, on a page of the server.
func shownURI(of func(c *Client) string) func(c *Client) *fault.Fault {
	return func(c *Client) *fault.Fault {
		uri := of(c)
		u, err := url.Parse(uri)
		if uri != "" && (err != nil || u.Scheme != "https" || u.Host == "" || !provider.ValidPort(u.Port()) || u.User != nil || len(uri) > 2000) {
			return fault.New(fault.HTTPS)
		}
		return nil
	}
}
