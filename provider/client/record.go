package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/gatehouse-id/gatehouse/provider/audit"
)

// record is the registration as the audit log shows it: what has a value, and what is on or off,
// without secrets.
func (c *Client) record() map[string]any {
	values := map[string]any{"disabled": c.Disabled}
	for _, f := range Fields() {
		if _, flag := f.Pointer(c).(*bool); flag || !f.IsZero(c) {
			values[f.Name] = f.Value(c)
		}
	}
	return values
}

// whole is the record of a client that is created or deleted: of its flags those that are on.
func (c *Client) whole() map[string]any {
	values := c.record()
	maps.DeleteFunc(values, func(_ string, value any) bool { return value == false })
	return values
}

// mostRecorded is how long a value may be, in bytes of JSON, of which the record of what a client did itself has all.
const mostRecorded = 1000

// recorded are changes as the audit log keeps them. Anybody can register a client, whose long lists and keys would fill
// the log: of those it has the digest and the length.
func (r *Registry) recorded(changes audit.Changes) audit.Changes {
	if r.added == nil {
		return changes
	}
	for name, c := range changes {
		changes[name] = audit.Change{Before: shortened(c.Before), After: shortened(c.After)}
	}
	return changes
}

func shortened(value any) any {
	text, err := json.Marshal(value)
	if err != nil || len(text) <= mostRecorded {
		return value
	}
	sum := sha256.Sum256(text)
	return map[string]any{"bytes": len(text), "sha256": hex.EncodeToString(sum[:])}
}

// namesBefore adds to the record of a client that is no longer restricted the users and groups that it
// was for: their names are forgotten.
func (r *Registry) namesBefore(ctx context.Context, c *Client, before map[string]any) error {
	if was, ok := before["restricted"].(bool); !ok || !was || c.Restricted {
		return nil
	}
	names, err := r.store.AllowedUsers(ctx, c.ID)
	if err == nil && len(names) > 0 {
		before["allowed_users"] = names
	}
	if err != nil {
		return err
	}
	groups, err := r.store.AllowedGroups(ctx, c.ID)
	if err == nil && len(groups) > 0 {
		before["allowed_groups"] = groups
	}
	return err
}

// mayManage refuses to let an actor give a client more authority than the actor has, and to change a
// client that has it: with another secret, key or redirect URI it would be the actor's.
func mayManage(actor audit.Actor, c *Client) error {
	if err := actor.RequireAll(c.authority()); err != nil {
		return fmt.Errorf("the client has management scopes: %w", err)
	}
	return nil
}

// authority are the management scopes that tokens of the client may have: those that it is registered
// for, and all where administrators can sign in to it.
func (c *Client) authority() []string {
	if c.Administers() {
		return audit.AllScopes()
	}
	return audit.Scopes(c.Scopes)
}

// Administers tells whether users with the role admin manage this server through the client: those of
// type backend that users sign in to. A client without a grant for users has none at present. Tokens that
// it got when it did not administer, from users who signed in to something else, have ended
// (Registry.Update).
func (c *Client) Administers() bool {
	return c.Type == Backend && slices.ContainsFunc(c.GrantTypes, func(g GrantType) bool { return g != ClientCredentials })
}
