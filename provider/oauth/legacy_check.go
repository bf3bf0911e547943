package oauth

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// LegacyUser returns the user of an access token, without authentication: for resource servers of
// an older system that cannot introspect yet. It is off unless the operator turns it on, since it
// puts tokens into URLs (RFC 9700 section 4.3.2). For any other text it returns a refusal with
// status 410, which the older system responded with.
func (p *Provider) LegacyUser(ctx context.Context, call *Call, text string) (*account.User, error) {
	ctx = WithCall(ctx, call)
	gone := refusal.New(refusal.InvalidToken, refusal.CheckAccessToken, "The access token is unknown, expired or revoked, or belongs to no user.").WithStatus(410)
	found, err := p.accessToken(ctx, text)
	if err != nil {
		return nil, err
	}
	if found == nil || found.grant.UserID.IsZero() || !p.names.in(found.grant.Audience) {
		return nil, call.refuse(ctx, gone)
	}
	if err := call.served(ctx, found.client); err != nil {
		return nil, err
	}
	user, err := p.domain.Users.User(ctx, found.grant.UserID)
	if errors.Is(err, provider.ErrNotFound) || (err == nil && user.Disabled) {
		return nil, gone
	}
	if err != nil {
		return nil, fmt.Errorf("find user: %w", err)
	}
	return user, nil
}
