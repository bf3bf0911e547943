package oauth

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Names are the audiences that stand for this server: the issuer, and its UserInfo endpoint.
type Names []string

// in tells whether a token with the given audience is for this server. One without an audience is
// for the issuer.
func (n Names) in(audience []string) bool {
	return len(audience) == 0 || slices.ContainsFunc(audience, func(a string) bool { return slices.Contains(n, a) })
}

// UserInfo returns the claims that the access token of the call releases (OpenID Connect Core
// section 5.3). It takes two statements. A request with an active token counts against the budget
// of its client, any other as unauthenticated.
func (p *Provider) UserInfo(ctx context.Context, call *Call) (map[string]any, error) {
	ctx = WithCall(ctx, call)
	found, err := p.presented(ctx, call)
	if err != nil {
		return nil, err
	}
	g := found.grant
	if g.UserID.IsZero() || !slices.Contains(g.Scopes, scopeOpenID) {
		return nil, call.refuse(ctx, insufficientScope(scopeOpenID).For(g.ClientID))
	}
	if err := call.served(ctx, found.client); err != nil {
		return nil, err
	}
	user, err := p.domain.Users.User(ctx, g.UserID)
	if errors.Is(err, provider.ErrNotFound) || (err == nil && user.Disabled) {
		return nil, badToken("The access token is unknown, expired or revoked.")
	}
	if err != nil {
		return nil, fmt.Errorf("find user: %w", err)
	}
	return p.released(user, found.client, g)
}
