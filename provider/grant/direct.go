package grant

import (
	"context"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

// ForUser prepares tokens for a user who was authenticated without a browser: the password grant
// (RFC 6749 section 4.3). It fills in the grant's id and times; the grant is stored with the tokens.
// Issuer.Store then returns provider.ErrStale when the user has changed since the grant's generation
// was read.
func (i *Issuer) ForUser(ctx context.Context, c *client.Client, g *Grant) (*Prepared, error) {
	now := i.clock.Now(ctx)
	ends := now.Add(i.lifetimes.grant(c))
	g.ID, g.CreatedAt, g.ExpiresAt = provider.NewID(now, i.random), now, &ends
	p, err := i.prepare(ctx, c, g, draft{refresh: i.refreshSource(c)})
	if err != nil {
		return nil, err
	}
	p.claim = func(ctx context.Context) error {
		target := audit.Target{Type: audit.User, ID: g.UserID.String(), ClientID: c.ID, UserID: g.UserID.String()}
		actor := audit.Self(ctx, g.UserID)
		actor.ClientID = c.ID
		return i.log.Record(ctx, actor, audit.UserSignIn, target, func(ctx context.Context) (audit.Changes, error) {
			if err := i.store.CreateGrant(ctx, g); err != nil {
				return nil, fmt.Errorf("create grant: %w", err)
			}
			return audit.Details(map[string]any{"grant_id": g.ID.String(), "amr": g.AMR}), nil
		})
	}
	p.ended = func() error { return ErrInactive }
	return p, nil
}
