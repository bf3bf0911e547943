package api

import (
	"context"

	"github.com/gatehouse-id/gatehouse/handlers/canonical"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// actor is the caller for the audit log. Without a caller it may do nothing.
func actor(ctx context.Context) audit.Actor {
	p := oauth.PrincipalOf(ctx)
	if p == nil {
		return audit.Actor{}
	}
	line := canonical.From(ctx)
	a := audit.Actor{
		Kind: audit.ClientActor, ID: p.Client.ID, ClientID: p.Client.ID, Scopes: p.Scopes,
		Address: line.ClientAddress.String(), RequestID: line.RequestID, UserAgent: userAgent(ctx),
	}
	if !p.UserID.IsZero() {
		a.Kind, a.ID = audit.UserActor, p.UserID.String()
	}
	return a
}

// userAgent is what the caller says that it is, cut to a length that a record can keep.
func userAgent(ctx context.Context) string {
	x, ok := ctx.Value(exchangeKey{}).(*exchange)
	if !ok {
		return ""
	}
	const longest = 200
	text := x.r.UserAgent()
	return text[:min(len(text), longest)]
}
