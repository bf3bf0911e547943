package client

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// quietStore stores a client without raising the catalogue version.
type quietStore interface {
	AddClient(ctx context.Context, c *Client) error
}

// ForItself returns a Registry through which clients register themselves, and change and remove their
// own registration: acts that need no authority of the actor's and are recorded all the same. What
// needs authority, such as management scopes, is refused here too.
//
// A new client raises no catalogue version: what is not found is not kept in memory, and those who register
// themselves must not have every server read its caches anew.
func (r *Registry) ForItself(added quietStore) *Registry {
	own := *r
	own.added = added
	return &own
}

// carryOut is the gate's way of carrying out an act: with the authority of the actor, or without.
func (r *Registry) carryOut(ctx context.Context, actor audit.Actor, action audit.Action, target audit.Target, change func(ctx context.Context) (audit.Changes, error)) error {
	if r.added != nil {
		return r.gate.Record(ctx, actor, action, target, change)
	}
	return r.gate.Do(ctx, actor, action, target, change)
}
