package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/oauth"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
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

// ofCaller notes in a refusal who was refused: a client.
func ofCaller(request *http.Request, err error) error {
	var r *refusal.Refusal
	if p := oauth.PrincipalOf(request.Context()); p != nil && errors.As(err, &r) && r.ClientID == "" {
		r.ClientID = p.Client.ID
	}
	return err
}
