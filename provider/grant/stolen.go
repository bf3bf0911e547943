package grant

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// endStolen ends a grant whose code or refresh token was used by two: one of them stole it.
func (i *Issuer) endStolen(ctx context.Context, ender grantEnder, g *Grant) error {
	target := audit.Target{Type: audit.Grant, ID: g.ID.String(), ClientID: g.ClientID}
	if !g.UserID.IsZero() {
		target.UserID = g.UserID.String()
	}
	actor := audit.Requester(ctx, audit.ClientActor, g.ClientID)
	actor.ClientID = g.ClientID
	return i.log.Record(ctx, actor, audit.TokenReuse, target, func(ctx context.Context) (audit.Changes, error) {
		return nil, ender.EndGrant(ctx, g.ID, i.clock.Now(ctx))
	})
}
