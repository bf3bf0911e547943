package oauth

import (
	"context"
	"slices"
	"strings"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Introspection is the response (RFC 7662 section 2.2). For a token that is not active, or that the
// caller may not see, it is exactly {"active":false}.
type Introspection struct {
	Active    bool     `json:"active"`
	Scope     string   `json:"scope,omitempty"`
	ClientID  string   `json:"client_id,omitempty"`
	TokenType string   `json:"token_type,omitempty"`
	TokenUse  string   `json:"token_use,omitempty"`
	Subject   string   `json:"sub,omitempty"`
	Audience  []string `json:"aud,omitempty"`
	Issuer    string   `json:"iss,omitempty"`
	ID        string   `json:"jti,omitempty"`
	GrantID   string   `json:"grant_id,omitempty"`
	IssuedAt  int64    `json:"iat,omitempty"` // seconds since 1970
	NotBefore int64    `json:"nbf,omitempty"`
	ExpiresAt int64    `json:"exp,omitempty"`
	ACR       string   `json:"acr,omitempty"`       // RFC 9470 section 6.2
	AMR       []string `json:"amr,omitempty"`       // RFC 8176
	AuthTime  int64    `json:"auth_time,omitempty"` // seconds since 1970
}

// Introspect serves the introspection endpoint (RFC 7662). The caller must be a confidential
// client: at an endpoint that is open to anyone, or to any bearer of a token, an attacker could try
// tokens.
func (p *Provider) Introspect(ctx context.Context, call *Call) (Introspection, error) {
	ctx = WithCall(ctx, call)
	if err := p.authenticate(ctx, call); err != nil {
		return Introspection{}, err
	}
	caller := call.client
	if caller.Public() {
		return Introspection{}, challenged(call, authenticationFailed(refusal.CheckPublicClient, caller.ID))
	}
	text := call.Form.Get("token")
	if text == "" {
		return Introspection{}, refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter token is missing.").For(caller.ID)
	}
	// token_type_hint is an optimisation for servers that must search (RFC 7662 section
	// 2.1); the tokens of this server show their kind.
	found, use, err := p.inspect(ctx, text, anyUse)
	if err != nil || found == nil {
		return Introspection{}, err
	}
	refresh := use == fosite.RefreshToken
	// Only the client that a refresh token was issued to may see it.
	if !maySee(caller, found.grant) || (refresh && found.grant.ClientID != caller.ID) {
		return Introspection{}, nil
	}
	return p.describe(found, refresh), nil
}

func (p *Provider) describe(found *inspected, refresh bool) Introspection {
	t, g := found.token, found.grant
	d := Introspection{
		Active:    true,
		Scope:     strings.Join(g.Scopes, " "),
		ClientID:  g.ClientID,
		TokenType: "Bearer",
		TokenUse:  "access_token",
		Subject:   p.answers().ofGrant(found.client, g),
		Audience:  g.Audience,
		Issuer:    p.settings.Issuer,
		ID:        t.ID.String(),
		GrantID:   t.GrantID.String(),
		IssuedAt:  t.IssuedAt.Unix(),
		NotBefore: t.IssuedAt.Unix(),
		ExpiresAt: t.AccessExpiresAt.Unix(),
		ACR:       g.ACR,
		AMR:       g.AMR,
		AuthTime:  authTimeOf(g),
	}
	if refresh {
		d.TokenType, d.TokenUse, d.ExpiresAt = "", "refresh_token", t.RefreshExpiresAt.Unix()
	}
	return d
}

// maySee tells whether the caller may introspect a token: the client that it was issued to, the
// clients that its audience names and, for a token without an audience, clients registered to
// introspect. API B may not see a token for API A (RFC 9700 section 2.3, Keycloak
// CVE-2026-18208).
func maySee(caller *client.Client, g *grant.Grant) bool {
	switch {
	case g.ClientID == caller.ID:
		return true
	case len(g.Audience) > 0:
		return slices.Contains(g.Audience, caller.ID)
	default:
		return caller.MayIntrospect
	}
}
