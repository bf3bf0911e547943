package resource

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Principal is who an access token speaks for, and what it allows. Zero values mean that the
// provider did not say.
type Principal struct {
	// Issuer is the provider that issued the token.
	Issuer string
	// Subject is the user, or the client itself where no user is involved (RFC 9068 section 2.2).
	// A user is identified by Issuer and Subject together.
	Subject string
	// ClientID is the client that the token was issued to.
	ClientID string
	// GrantType is the grant that the token was issued by, from the claim gty or grant_type. Few
	// providers say; a token whose subject is its client is taken for one of client_credentials.
	GrantType string
	Scopes    []string
	// Roles are the values of the claim roles (RFC 9068 section 2.2.3.1).
	Roles    []string
	Audience []string
	// TokenID is the claim jti, SessionID is sid and GrantID is grant_id: by these, and by client and
	// subject, a provider says what it revoked.
	TokenID, SessionID, GrantID string

	IssuedAt, NotBefore, ExpiresAt time.Time

	// ACR, AMR and AuthTime say how and when the user was authenticated.
	ACR      string
	AMR      []string
	AuthTime time.Time

	// Confirmation is the key that the token is bound to.
	Confirmation Confirmation

	claims []byte
}

// Confirmation is the claim cnf (RFC 7800): whoever presents the token must prove possession of
// the key. Of a token without it both are empty.
type Confirmation struct {
	// CertificateSHA256 is the hash of a TLS client certificate (RFC 8705), in base64url.
	CertificateSHA256 string
	// KeyThumbprint is that of a DPoP key (RFC 9449), in base64url.
	KeyThumbprint string

	other bool
}

// Bound tells whether the token is bound to a key.
func (c Confirmation) Bound() bool {
	return c.CertificateSHA256 != "" || c.KeyThumbprint != "" || c.other
}

// Can tells whether the token was issued with the scope. Scopes are compared exactly.
func (p Principal) Can(scope string) bool { return slices.Contains(p.Scopes, scope) }

// HasRole tells whether the token names the role.
func (p Principal) HasRole(role string) bool { return slices.Contains(p.Roles, role) }

// Claims returns every claim of the token or of the introspection response, in a new map.
func (p Principal) Claims() map[string]any {
	all := map[string]any{}
	if len(p.claims) > 0 {
		_ = json.Unmarshal(p.claims, &all) // they were parsed before
	}
	return all
}

// Claim decodes one claim into a pointer. It returns false if the claim is missing.
func (p Principal) Claim(name string, into any) (bool, error) {
	var all map[string]json.RawMessage
	if len(p.claims) > 0 {
		_ = json.Unmarshal(p.claims, &all)
	}
	value, ok := all[name]
	if !ok {
		return false, nil
	}
	if err := json.Unmarshal(value, into); err != nil {
		return true, fmt.Errorf("resource: claim %s: %w", name, err)
	}
	return true, nil
}

// copied shares no memory with what is cached: callers may change what they get.
func (p Principal) copied() Principal {
	p.Scopes, p.Roles, p.Audience, p.AMR = slices.Clone(p.Scopes), slices.Clone(p.Roles), slices.Clone(p.Audience), slices.Clone(p.AMR)
	return p
}

type principalKey struct{}

// FromContext returns the principal of a request that passed the middleware, and false for any
// other context.
func FromContext(ctx context.Context) (Principal, bool) {
	switch value := ctx.Value(principalKey{}).(type) {
	case *entry:
		return value.principal.copied(), true
	case *Principal:
		return value.copied(), true
	default:
		return Principal{}, false
	}
}

// NewContext returns a context with a principal, for tests of handlers without the middleware and
// for other protocols than HTTP. The middleware does not trust it: it verifies the token anyway.
func NewContext(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, &p)
}
