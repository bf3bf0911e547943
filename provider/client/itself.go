package client

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// quietStore changes clients without raising the catalogue version, which would have every process read all that it has
// cached anew: the others read these clients again, and nothing else.
type quietStore interface {
	AddClient(ctx context.Context, c *Client) error
	UpdateOwnClient(ctx context.Context, c *Client) error
	DeleteClients(ctx context.Context, ids []string) error
}

// quietly is a Store that changes clients as a quietStore does.
type quietly struct {
	Store

	quiet quietStore
}

func (q quietly) UpdateClient(ctx context.Context, c *Client) error {
	return q.quiet.UpdateOwnClient(ctx, c)
}

func (q quietly) DeleteClient(ctx context.Context, id string) error {
	return q.quiet.DeleteClients(ctx, []string{id})
}

// ForItself returns a Registry through which clients register themselves, and change and remove their
// own registration: acts that need no authority of the actor's and are recorded all the same. What
// needs authority, such as management scopes, is refused here too.
//
// Those who do must not have every server read its caches anew: see quietStore.
func (r *Registry) ForItself(added quietStore) *Registry {
	own := *r
	own.added, own.store = added, quietly{r.store, added}
	return &own
}

// carryOut is the gate's way of carrying out an act: with the authority of the actor, or without.
func (r *Registry) carryOut(ctx context.Context, actor audit.Actor, action audit.Action, target audit.Target, change func(ctx context.Context) (audit.Changes, error)) error {
	if r.added != nil {
		return r.gate.Record(ctx, actor, action, target, change)
	}
	return r.gate.Do(ctx, actor, action, target, change)
}
