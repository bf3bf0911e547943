package grant

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// RevokeAny ends the presented token, whichever client it was issued to, for administrators. It
// returns ErrInactive when there is no such token.
func (i *Inspector) RevokeAny(ctx context.Context, actor audit.Actor, text string) error {
	t, g, kind, err := i.present(ctx, text)
	if err != nil {
		return err
	}
	return i.administer(ctx, actor, t, g, kind)
}

// RevokeID ends the token with the given id, for administrators, who do not have the token. Where its
// grant has a refresh token, everything issued under the grant ends, or the client would get the next
// one by refreshing. It returns ErrInactive when there is no such token.
func (i *Inspector) RevokeID(ctx context.Context, actor audit.Actor, id provider.ID) (wholeGrant bool, err error) {
	t, g, err := i.store.TokenWithGrant(ctx, id)
	if errors.Is(err, provider.ErrNotFound) {
		return false, ErrInactive
	}
	if err != nil {
		return false, fmt.Errorf("read token: %w", err)
	}
	kind := token.Access
	refreshable, err := i.refreshable(ctx, g)
	if err != nil {
		return false, err
	}
	if refreshable {
		kind = token.Refresh
	}
	return kind == token.Refresh, i.administer(ctx, actor, t, g, kind)
}

// administer ends a token as an administrative act. Ending it again changes nothing, and is not
// recorded.
func (i *Inspector) administer(ctx context.Context, actor audit.Actor, t *Token, g *Grant, kind token.Kind) error {
	if ended(t, g, kind) {
		return nil
	}
	target := audit.Target{Type: audit.Token, ID: t.ID.String(), ClientID: g.ClientID}
	if !g.UserID.IsZero() {
		target.UserID = g.UserID.String()
	}
	return i.gate.Do(ctx, actor, audit.TokenRevoke, target, func(ctx context.Context) (audit.Changes, error) {
		return audit.Details(map[string]any{"grant_id": g.ID.String(), "whole_grant": kind == token.Refresh}), i.end(ctx, t, g, kind)
	})
}
