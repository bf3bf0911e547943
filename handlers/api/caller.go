package api

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
)

// actor is the caller for the audit log. Without a caller it may do nothing.
func actor(ctx context.Context) audit.Actor {
	p := oauth.PrincipalOf(ctx)
	if p == nil {
		return audit.Actor{}
	}
	a := audit.Requester(ctx, audit.ClientActor, p.Client.ID)
	if !p.UserID.IsZero() {
		a = audit.Self(ctx, p.UserID)
	}
	a.ClientID, a.Scopes = p.Client.ID, p.Scopes
	return a
}
