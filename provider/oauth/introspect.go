package oauth

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// inspector proves a presented token. It returns grant.ErrInactive.
type inspector interface {
	Active(ctx context.Context, text string) (*grant.Token, *grant.Grant, error)
}

// anyInspector also proves refresh tokens, which nobody but the introspection endpoint may
// take for anything (fosite.md 5).
type anyInspector interface {
	inspector
	ActiveRefresh(ctx context.Context, text string) (*grant.Token, *grant.Grant, error)
}

// Introspector answers what a token is worth (RFC 7662).
type Introspector struct {
	authenticator *Authenticator
	clients       clientFinder
	tokens        anyInspector
	issuer        string
}

// NewIntrospector makes an Introspector.
func NewIntrospector(a *Authenticator, clients clientFinder, tokens anyInspector, issuer string) *Introspector {
	return &Introspector{authenticator: a, clients: clients, tokens: tokens, issuer: issuer}
}

// Introspection is the answer (RFC 7662 section 2.2). Of a token that is not active, or
// not the caller's business, it says exactly {"active":false}.
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
	IssuedAt  int64    `json:"iat,omitempty"` // seconds since 1970
	NotBefore int64    `json:"nbf,omitempty"`
	ExpiresAt int64    `json:"exp,omitempty"`
}

// Introspect answers a request whose form has been parsed. The caller is a confidential
// client: with an open endpoint, or one that any bearer may ask, every token found
// somewhere could be tried here (fosite.md 6).
func (i *Introspector) Introspect(ctx context.Context, r *http.Request) (Introspection, error) {
	caller, err := i.authenticator.Authenticate(ctx, r)
	if err != nil {
		return Introspection{}, err
	}
	if caller.Public() {
		return Introspection{}, challenged(r, authenticationFailed(refusal.CheckPublicClient, caller.ID))
	}
	text := r.PostForm.Get("token")
	if text == "" {
		return Introspection{}, refusal.New(refusal.InvalidRequest, refusal.CheckMissing, "The parameter token is missing.").For(caller.ID)
	}
	// token_type_hint is an optimisation for servers that must search (RFC 7662 section
	// 2.1); our tokens say what they are.
	look, refresh := i.tokens.Active, strings.HasPrefix(text, "gh_"+string(token.Refresh)+"_")
	if refresh {
		look = i.tokens.ActiveRefresh
	}
	t, g, err := look(ctx, text)
	if errors.Is(err, grant.ErrInactive) {
		return Introspection{}, nil
	}
	if err != nil {
		return Introspection{}, err
	}
	owner, err := i.clients.Client(ctx, g.ClientID)
	if errors.Is(err, provider.ErrNotFound) || (err == nil && owner.Disabled) {
		return Introspection{}, nil
	}
	if err != nil {
		return Introspection{}, err
	}
	// A refresh token is no business of anybody but its client.
	if !keepRegistered(g, owner) || !maySee(caller, g) || (refresh && g.ClientID != caller.ID) {
		return Introspection{}, nil
	}
	return i.describe(t, g, refresh), nil
}

func (i *Introspector) describe(t *grant.Token, g *grant.Grant, refresh bool) Introspection {
	d := Introspection{
		Active:    true,
		Scope:     strings.Join(g.Scopes, " "),
		ClientID:  g.ClientID,
		TokenType: "Bearer",
		TokenUse:  "access_token",
		Subject:   subjectOf(g),
		Audience:  g.Audience,
		Issuer:    i.issuer,
		ID:        t.ID.String(),
		IssuedAt:  t.IssuedAt.Unix(),
		NotBefore: t.IssuedAt.Unix(),
		ExpiresAt: t.AccessExpiresAt.Unix(),
	}
	if refresh {
		d.TokenType, d.TokenUse, d.ExpiresAt = "", "refresh_token", t.RefreshExpiresAt.Unix()
	}
	return d
}

// maySee: a token is the business of the client that it was issued to, of those whom
// its audience names, and, where it names nobody, of clients trusted to introspect. A
// token for API A is no business of API B (RFC 9700 section 2.3, Keycloak CVE-2026-18208).
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

// subjectOf is who the token speaks for: without a user, the client (RFC 9068 section 2.2).
func subjectOf(g *grant.Grant) string {
	if g.UserID.IsZero() {
		return g.ClientID
	}
	if g.Subject != "" {
		return g.Subject
	}
	return g.UserID.String()
}
