package client

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Everyone is the group of all users, whatever their roles: it opens a client that would otherwise be
// for those who are named.
const Everyone = "everyone"

// AllowGroup restricts a client to named users and groups, of which the users with a role are one. What
// others have from it ends. It returns *Invalid, provider.ErrNotFound or audit.ErrForbidden.
func (r *Registry) AllowGroup(ctx context.Context, actor audit.Actor, clientID, group string) error {
	if err := checkGroup(group); err != nil {
		return err
	}
	return r.act(ctx, actor, audit.ClientAllowGroup, audit.OfClient(clientID), func(ctx context.Context) (audit.Changes, error) {
		c, err := r.lock(ctx, actor, clientID)
		if err != nil {
			return nil, err
		}
		changes := audit.Diff(map[string]any{"restricted": c.Restricted}, map[string]any{"restricted": true, "group": group})
		return changes, r.store.AllowGroup(ctx, clientID, group)
	})
}

// DisallowGroup takes a group from those that a client is restricted to, and ends what was issued to the
// client for users who are not named in another way. It returns *Invalid, provider.ErrNotFound or
// audit.ErrForbidden.
func (r *Registry) DisallowGroup(ctx context.Context, actor audit.Actor, clientID, group string) error {
	if err := checkGroup(group); err != nil {
		return err
	}
	return r.act(ctx, actor, audit.ClientDisallowGroup, audit.OfClient(clientID), func(ctx context.Context) (audit.Changes, error) {
		if _, err := r.lock(ctx, actor, clientID); err != nil {
			return nil, err
		}
		return audit.Diff(map[string]any{"group": group}, nil), r.store.DisallowGroup(ctx, clientID, group)
	})
}

// checkGroup refuses what cannot be a role of a user, and would be a group that nobody is in.
func checkGroup(group string) error {
	if !provider.ValidRole(group) {
		return &Invalid{[]Problem{{Field: "group", Fault: fault.New(fault.Group, "everyone", Everyone)}}}
	}
	return nil
}
