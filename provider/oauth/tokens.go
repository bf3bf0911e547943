package oauth

import (
	"context"
	"errors"
	"fmt"

	"github.com/ory/fosite"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// tokenInspector finds and revokes presented tokens. Active and ActiveRefresh return
// grant.ErrInactive. Revoke returns grant.ErrNotYours, and nil for a token that is not active.
type tokenInspector interface {
	// IsRefresh tells a refresh token, by its form, from an access token.
	IsRefresh(text string) bool
	Active(ctx context.Context, text string) (*grant.Token, *grant.Grant, error)
	ActiveRefresh(ctx context.Context, text string) (*grant.Token, *grant.Grant, error)
	Revoke(ctx context.Context, clientID, text string) error
}

// tokens introspects and revokes issued tokens.
func tokens(inspector tokenInspector, clients clientFinder) part {
	h := &tokenHandler{inspector, clients}
	return part{name: "tokens", introspect: h, revoke: h}
}

type tokenHandler struct {
	tokens  tokenInspector
	clients clientFinder
}

var (
	_ fosite.TokenIntrospector = (*tokenHandler)(nil)
	_ fosite.RevocationHandler = (*tokenHandler)(nil)
)

// anyUse accepts refresh tokens too, which only the introspection endpoint may do.
const anyUse fosite.TokenUse = ""

// IntrospectToken stores what it found in the exchange. An inactive token is no error: fosite would
// make one with a stack trace, for every expired token.
func (h *tokenHandler) IntrospectToken(ctx context.Context, text string, use fosite.TokenUse, r fosite.AccessRequester, _ []string) (fosite.TokenUse, error) {
	x := exchangeOf(r)
	found, look := fosite.AccessToken, h.tokens.Active
	if use == anyUse && h.tokens.IsRefresh(text) {
		found, look = fosite.RefreshToken, h.tokens.ActiveRefresh
	}
	t, g, err := look(ctx, text)
	if errors.Is(err, grant.ErrInactive) {
		return found, nil
	}
	if err != nil {
		x.fault = err
		return found, nil
	}
	c, err := h.clients.Client(ctx, g.ClientID)
	switch {
	case errors.Is(err, provider.ErrNotFound):
	case err != nil:
		x.fault = fmt.Errorf("find client: %w", err)
	case !c.Disabled && keepRegistered(g, c):
		x.inspected = &inspected{t, g, c}
	}
	return found, nil
}

// RevokeToken revokes a token of the client. An error of the database is an error here, and becomes
// a 503 that tells the client to try again (RFC 7009 section 2.2.1): fosite's own writer responds
// with 200 then, although the token is still valid.
func (h *tokenHandler) RevokeToken(ctx context.Context, text string, _ fosite.TokenType, c fosite.Client) error {
	err := h.tokens.Revoke(ctx, c.GetID(), text)
	if errors.Is(err, grant.ErrNotYours) {
		return refusal.New(refusal.InvalidGrant, refusal.CheckTokenClient,
			"The token was issued to another client.").For(c.GetID()).Because(err)
	}
	return err
}

// inspect finds a presented token; nil: it is not active. The use tells a refresh token from an
// access token.
func (p *Provider) inspect(ctx context.Context, text string, use fosite.TokenUse) (*inspected, fosite.TokenUse, error) {
	x := &exchange{}
	found, _, err := p.fosite.IntrospectToken(ctx, text, use, x)
	if err != nil {
		return nil, "", err
	}
	return x.inspected, found, x.fault
}

// accessToken is inspect for access tokens alone.
func (p *Provider) accessToken(ctx context.Context, text string) (*inspected, error) {
	found, use, err := p.inspect(ctx, text, fosite.AccessToken)
	if use != fosite.AccessToken { // fosite accepts a refresh token too, whatever use is asked for
		found = nil
	}
	return found, err
}
