package client

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// AllowUser restricts a client to named users, of whom the user is one. What other users have from
// it ends. It returns provider.ErrNotFound or audit.ErrForbidden.
func (r *Registry) AllowUser(ctx context.Context, actor audit.Actor, clientID string, userID provider.ID) error {
	return r.act(ctx, actor, audit.ClientAllowUser, about(clientID, userID), func(ctx context.Context) (audit.Changes, error) {
		c, err := r.lock(ctx, actor, clientID)
		if err != nil {
			return nil, err
		}
		return restricted(c.Restricted), r.store.AllowUser(ctx, clientID, userID)
	})
}

// DisallowUser takes a user from those whom a client is restricted to, and ends what was issued to
// the client for the user, unless a group of the user is named. It returns provider.ErrNotFound or audit.ErrForbidden.
func (r *Registry) DisallowUser(ctx context.Context, actor audit.Actor, clientID string, userID provider.ID) error {
	return r.act(ctx, actor, audit.ClientDisallowUser, about(clientID, userID), func(ctx context.Context) (audit.Changes, error) {
		c, err := r.lock(ctx, actor, clientID)
		if err != nil {
			return nil, err
		}
		return restricted(c.Restricted), r.store.DisallowUser(ctx, clientID, userID, r.clock.Now(ctx))
	})
}

func about(clientID string, userID provider.ID) audit.Target {
	return audit.Target{Type: audit.Client, ID: clientID, ClientID: clientID, UserID: userID.String()}
}

// restricted is the change to a client that is for named users from now on, or nil.
func restricted(before bool) audit.Changes {
	if before {
		return nil
	}
	return audit.Diff(map[string]any{"restricted": false}, map[string]any{"restricted": true})
}
