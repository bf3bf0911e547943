package audit

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Origin is where a request came from: the client that it is about, and what it says about itself.
type Origin struct{ ClientID, Address, UserAgent, RequestID string }

// Request is a request in progress. Its client may become known later than the rest.
type Request interface{ Origin() Origin }

type requestKey struct{}

// WithRequest returns a context whose acts come from the request.
func WithRequest(ctx context.Context, r Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// Requester is a client or user who acts by the request of ctx.
func Requester(ctx context.Context, kind ActorKind, id string) Actor {
	from := OriginOf(ctx)
	return Actor{Kind: kind, ID: id, ClientID: from.ClientID, Address: from.Address, UserAgent: from.UserAgent, RequestID: from.RequestID}
}

// OriginOf is where the request of ctx came from, as far as it is known by now; empty without a request.
func OriginOf(ctx context.Context) Origin {
	if r, ok := ctx.Value(requestKey{}).(Request); ok {
		return r.Origin()
	}
	return Origin{}
}

// Self is a user who acts for themself, by the request of ctx.
func Self(ctx context.Context, userID provider.ID) Actor {
	return Requester(ctx, UserActor, userID.String())
}
