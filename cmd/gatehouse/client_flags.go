package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// clientFlags are the flags that describe a registration, for create and update alike.
type clientFlags struct {
	name, kind, authMethod, format, idTokenAlg             string
	grantTypes, redirectURIs, scopes, defaults, audience   []string
	public, requirePKCE, plainPKCE, firstParty, introspect bool
	restricted                                             bool
	lifetime, idTokenLifetime, refreshIdle, refreshTotal   time.Duration
	rateLimit                                              int
	rotation, jwksFile, jwksURI, signingAlg                string
	accessTokenAlg, accessTokenTyp                         string
	idTokenClaims, undotted, issuerOnly                    bool
	uri, logoURI, policyURI, tosURI                        string
	postLogoutURIs                                         []string
}

func (f *clientFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&f.grantTypes, "grant-type", nil, "authorization_code, refresh_token, client_credentials or password (repeatable)")
	flags.StringArrayVar(&f.redirectURIs, "redirect-uri", nil, "where answers may be sent, letter by letter (repeatable)")
	flags.StringArrayVar(&f.scopes, "scope", nil, "what the client may ask for (repeatable)")
	flags.StringArrayVar(&f.defaults, "default-scope", nil, "what it gets when it asks for nothing (repeatable; without --scope: openid profile email)")
	flags.StringArrayVar(&f.audience, "audience", nil, "whom its tokens may be for (repeatable; a single one is the default of JWT access tokens)")
	flags.BoolVar(&f.public, "public", false, "a client that cannot keep a secret: browser or native application")
	flags.StringVar(&f.kind, "client-type", "", "web, native or backend (default web)")
	flags.StringVar(&f.authMethod, "auth-method", "", "the one method to prove itself by: client_secret_basic, client_secret_post, private_key_jwt, client_secret_jwt or none; any: a secret by Basic or in the body (default any)")
	flags.BoolVar(&f.requirePKCE, "require-pkce", false, "refuse authorization requests without PKCE (public clients always need it)")
	flags.BoolVar(&f.plainPKCE, "allow-plain-pkce", false, "accept the PKCE method plain, for clients that have no SHA-256")
	flags.BoolVar(&f.firstParty, "first-party", false, "your own application: people are not asked for consent")
	flags.BoolVar(&f.introspect, "may-introspect", false, "may introspect tokens that name no audience")
	flags.BoolVar(&f.restricted, "restricted", false, "for named users only (gatehouse client users add); =false opens it to everybody and forgets the names")
	flags.StringVar(&f.idTokenAlg, "id-token-alg", "", "RS256, PS256, ES256 or EdDSA (default RS256)")
	flags.StringVar(&f.format, "access-token-format", "", "opaque or jwt (default opaque)")
	flags.StringVar(&f.accessTokenAlg, "access-token-alg", "", "what signs its JWT access tokens: RS256, PS256, ES256 or EdDSA (default ES256)")
	flags.StringVar(&f.accessTokenTyp, "access-token-typ", "", "typ header of its JWT access tokens: at+jwt (RFC 9068), or JWT for resource servers that know no other (default at+jwt)")
	flags.BoolVar(&f.idTokenClaims, "id-token-claims", false, "put what the granted scopes release into ID tokens, not at UserInfo alone (default on for confidential web clients)")
	flags.BoolVar(&f.undotted, "allow-undotted-scheme", false, "redirect URIs of a native client may have a scheme without a dot, such as cursor://auth; any other application on the machine could claim it (RFC 8252 section 7.1), so people are asked each time")
	flags.BoolVar(&f.issuerOnly, "assertion-issuer-only", false, "its assertions must name the issuer as their audience, and not the token endpoint")
	flags.StringVar(&f.uri, "client-uri", "", "home page, shown to people")
	flags.StringVar(&f.logoURI, "logo-uri", "", "logo, of which people see our copy: https address of a PNG, JPEG, GIF or WebP of at most 256 KiB and 2048x2048 pixels (no SVG)")
	flags.StringVar(&f.policyURI, "policy-uri", "", "privacy policy, shown to people")
	flags.StringVar(&f.tosURI, "tos-uri", "", "terms of service, shown to people")
	flags.StringArrayVar(&f.postLogoutURIs, "post-logout-redirect-uri", nil, "where a browser may go after signing out (repeatable)")
	flags.DurationVar(&f.lifetime, "access-token-lifetime", 0, "such as 15m (default: the provider's)")
	flags.DurationVar(&f.idTokenLifetime, "id-token-lifetime", 0, "such as 15m (default: the provider's)")
	flags.DurationVar(&f.refreshIdle, "refresh-token-idle", 0, "how long a refresh token is good without being used, such as 720h (default: the provider's)")
	flags.DurationVar(&f.refreshTotal, "refresh-token-lifetime", 0, "how long refreshing goes on altogether, such as 2160h (default: the provider's)")
	flags.IntVar(&f.rateLimit, "rate-limit", 0, "requests a second at each of the token, introspection and UserInfo endpoints (default: the provider's)")
	flags.StringVar(&f.rotation, "refresh-token-rotation", "", "rotate, or reuse for a confidential client that keeps one refresh token (default rotate)")
	flags.StringVar(&f.jwksFile, "jwks", "", "file with the client's public keys as a JWK set, for private_key_jwt")
	flags.StringVar(&f.jwksURI, "jwks-uri", "", "where the client publishes its keys, for private_key_jwt")
	flags.StringVar(&f.signingAlg, "auth-signing-alg", "", "the one algorithm of the client's assertions (default: any that is offered)")
}

// apply changes c by the flags that were given, and by no others.
func (f *clientFlags) apply(cmd *cobra.Command, c *client.Client) error {
	given := cmd.Flags().Changed
	if given("public") && given("auth-method") && f.public != (f.authMethod == string(client.None)) {
		return errors.New("--public and --auth-method contradict each other")
	}
	if given("public") && f.public {
		c.AuthMethod = client.None
	}
	if given("jwks") {
		set, err := os.ReadFile(f.jwksFile)
		if f.jwksFile != "" && err != nil {
			return fmt.Errorf("--jwks: %w", err)
		}
		c.JWKS = strings.TrimSpace(string(set))
	}
	for name, set := range map[string]func(){
		"id-token-lifetime":        func() { c.IDTokenLifetime = f.idTokenLifetime },
		"refresh-token-idle":       func() { c.RefreshTokenIdle = f.refreshIdle },
		"refresh-token-lifetime":   func() { c.RefreshTokenLifetime = f.refreshTotal },
		"refresh-token-rotation":   func() { c.RefreshTokenRotation = client.Rotation(f.rotation) },
		"rate-limit":               func() { c.RateLimit = f.rateLimit },
		"jwks-uri":                 func() { c.JWKSURI = f.jwksURI },
		"auth-signing-alg":         func() { c.AuthSigningAlg = f.signingAlg },
		"auth-method":              func() { c.AuthMethod, c.AuthMethodPinned = authMethod(f.authMethod) },
		"client-type":              func() { c.Type = client.Type(f.kind) },
		"access-token-format":      func() { c.TokenFormat = client.TokenFormat(f.format) },
		"id-token-alg":             func() { c.IDTokenAlg = f.idTokenAlg },
		"access-token-alg":         func() { c.AccessTokenAlg = f.accessTokenAlg },
		"access-token-typ":         func() { c.AccessTokenTyp = f.accessTokenTyp },
		"allow-undotted-scheme":    func() { c.AllowUndottedScheme = f.undotted },
		"assertion-issuer-only":    func() { c.AssertionIssuerOnly = f.issuerOnly },
		"id-token-claims":          func() { c.IDTokenClaims = f.idTokenClaims },
		"access-token-lifetime":    func() { c.AccessTokenLifetime = f.lifetime },
		"client-uri":               func() { c.URI = f.uri },
		"logo-uri":                 func() { c.LogoURI = f.logoURI },
		"policy-uri":               func() { c.PolicyURI = f.policyURI },
		"tos-uri":                  func() { c.TOSURI = f.tosURI },
		"post-logout-redirect-uri": func() { c.PostLogoutRedirectURIs = f.postLogoutURIs },
		"grant-type":               func() { c.GrantTypes = grantTypes(f.grantTypes) },
		"redirect-uri":             func() { c.RedirectURIs = f.redirectURIs },
		"scope":                    func() { c.Scopes = words(f.scopes) },
		"default-scope":            func() { c.DefaultScopes = words(f.defaults) },
		"audience":                 func() { c.Audience = f.audience },
		"require-pkce":             func() { c.RequirePKCE = f.requirePKCE },
		"allow-plain-pkce":         func() { c.AllowPlainPKCE = f.plainPKCE },
		"first-party":              func() { c.FirstParty = f.firstParty },
		"may-introspect":           func() { c.MayIntrospect = f.introspect },
		"restricted":               func() { c.Restricted = f.restricted },
	} {
		if given(name) {
			set()
		}
	}
	return nil
}

// authMethod reads --auth-method: a method that is named is the only one.
func authMethod(name string) (method client.AuthMethod, pinned bool) {
	if name == "any" {
		return client.SecretBasic, false
	}
	return client.AuthMethod(name), true
}

func grantTypes(names []string) []client.GrantType {
	var types []client.GrantType
	for _, n := range words(names) {
		types = append(types, client.GrantType(n))
	}
	return types
}

// words also takes several names in one flag, as they stand in a scope parameter.
func words(values []string) []string { return strings.Fields(strings.Join(values, " ")) }

// listChange is a pair of --add-NAME and --remove-NAME.
type listChange struct{ add, remove []string }

func (l *listChange) register(cmd *cobra.Command, name string) {
	cmd.Flags().StringArrayVar(&l.add, "add-"+name, nil, "add one (repeatable)")
	cmd.Flags().StringArrayVar(&l.remove, "remove-"+name, nil, "remove one (repeatable)")
}

func (l *listChange) apply(list []string) []string {
	kept := slices.DeleteFunc(slices.Clone(list), func(v string) bool { return slices.Contains(l.remove, v) })
	for _, v := range l.add {
		if !slices.Contains(kept, v) {
			kept = append(kept, v)
		}
	}
	return kept
}
