package grant

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
)

// ErrFinished: the authorization request was approved before.
var ErrFinished = errors.New("the authorization request was finished already")

// Approve stores what a user agreed to. The grant's id is that of the request in progress: a second
// approval of the same request conflicts, and is ErrFinished. It returns provider.ErrStale when the
// user or the session has changed since it was read.
func (i *Issuer) Approve(ctx context.Context, c *client.Client, g *Grant) error {
	g.CreatedAt = i.clock.Now(ctx)
	if g.ExpiresAt == nil { // ForResponse sets it before
		ends := g.CreatedAt.Add(i.lifetimes.grant(c))
		g.ExpiresAt = &ends
	}
	if err := i.store.CreateGrant(ctx, g); err != nil {
		if errors.Is(err, provider.ErrConflict) {
			return ErrFinished
		}
		return fmt.Errorf("create grant: %w", err)
	}
	i.events.Publish(ctx, event.AuthorizationApproved{GrantID: g.ID, ClientID: g.ClientID, UserID: g.UserID, SessionID: g.SessionID, Methods: g.AMR})
	return nil
}
