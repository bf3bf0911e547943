package oauth

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Names are the audiences that stand for this server: the issuer, and its UserInfo endpoint.
type Names []string

// in tells whether a token with the given audience is for this server. One without an audience is
// for the issuer.
func (n Names) in(audience []string) bool {
	return len(audience) == 0 || slices.ContainsFunc(audience, func(a string) bool { return slices.Contains(n, a) })
}

// UserInfoResponse is what the UserInfo endpoint responds.
type UserInfoResponse struct {
	// Claims are sent as JSON, unless there is a JWT: signed, encrypted or both.
	Claims map[string]any
	JWT    string
}

// UserInfo returns the claims that the access token of the call releases (OpenID Connect Core section 5.3),
// in the form that the client of the token is registered for (section 5.3.2). It takes two statements. A
// request with an active token counts against the budget of its client, any other as unauthenticated.
func (p *Provider) UserInfo(ctx context.Context, call *Call) (UserInfoResponse, error) {
	claims, c, err := p.userInfo(ctx, call)
	if err != nil {
		return UserInfoResponse{}, err
	}
	jwt, err := p.answers().userInfo(ctx, c, p.settings.Issuer, claims)
	return UserInfoResponse{Claims: claims, JWT: jwt}, err
}

func (p *Provider) userInfo(ctx context.Context, call *Call) (map[string]any, *client.Client, error) {
	ctx = WithCall(ctx, call)
	found, err := p.presented(ctx, call)
	if err != nil {
		return nil, nil, err
	}
	g := found.grant
	if g.UserID.IsZero() || !slices.Contains(g.Scopes, scopeOpenID) {
		return nil, nil, call.refuse(ctx, insufficientScope(scopeOpenID).For(g.ClientID))
	}
	if err := call.served(ctx, found.client); err != nil {
		return nil, nil, err
	}
	user, err := p.domain.Users.User(ctx, g.UserID)
	if errors.Is(err, provider.ErrNotFound) || (err == nil && user.Disabled) {
		return nil, nil, badToken("The access token is unknown, expired or revoked.")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("find user: %w", err)
	}
	claims, err := p.released(user, found.client, g)
	return claims, found.client, err
}
