package oauth

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// LegacyCheck answers whose an access token is, to whoever has the token: for resource
// servers of an older system that cannot introspect yet. It is off unless the operator turns
// it on, since it puts tokens into addresses (RFC 9700 section 4.3.2).
type LegacyCheck struct {
	tokens  inspector
	clients clientFinder
	users   userFinder
	names   Names
}

// NewLegacyCheck makes a LegacyCheck of the server with the given names.
func NewLegacyCheck(tokens inspector, clients clientFinder, users userFinder, names Names) *LegacyCheck {
	return &LegacyCheck{tokens: tokens, clients: clients, users: users, names: names}
}

// User returns the user of an access token. For any other text it returns a refusal with
// status 410, which is what the older system answered.
func (l *LegacyCheck) User(ctx context.Context, text string) (*account.User, error) {
	gone := refusal.New(refusal.InvalidToken, refusal.CheckAccessToken, "The access token is unknown, expired or revoked, or is no user's.").WithStatus(410)
	_, g, err := l.tokens.Active(ctx, text)
	if errors.Is(err, grant.ErrInactive) || (err == nil && g.UserID.IsZero()) {
		return nil, turnedAway(ctx, gone)
	}
	if err != nil {
		return nil, err
	}
	c, err := l.clients.Client(ctx, g.ClientID)
	if errors.Is(err, provider.ErrNotFound) || (err == nil && (c.Disabled || !keepRegistered(g, c) || !l.names.in(g.Audience))) {
		return nil, turnedAway(ctx, gone)
	}
	if err != nil {
		return nil, fmt.Errorf("find client: %w", err)
	}
	if err := AdmissionOf(ctx).Client(ctx, c); err != nil {
		return nil, err
	}
	user, err := l.users.User(ctx, g.UserID)
	if errors.Is(err, provider.ErrNotFound) || (err == nil && user.Disabled) {
		return nil, gone
	}
	if err != nil {
		return nil, fmt.Errorf("find user: %w", err)
	}
	return user, nil
}
