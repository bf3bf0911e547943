package grant

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// Revoke ends the presented token for the client that it was issued to: an access token
// alone, a refresh token with everything issued under its grant (RFC 7009 section 2.1). An unknown
// token, or one that is no longer valid, need not be revoked: nil (section 2.2). It returns
// ErrNotYours for another client's token.
func (i *Inspector) Revoke(ctx context.Context, clientID, text string) error {
	t, g, kind, err := i.present(ctx, text)
	switch {
	case errors.Is(err, ErrInactive):
		return nil
	case err != nil:
		return err
	case g.ClientID != clientID:
		return ErrNotYours
	default:
		return i.end(ctx, t, g, kind)
	}
}

// present finds the token that a text is, whatever its state, or returns ErrInactive.
func (i *Inspector) present(ctx context.Context, text string) (*Token, *Grant, token.Kind, error) {
	id, kind := address(text)
	proves := func(t *Token) bool { return matches(i.key, t.AccessHash, kind, text) }
	if kind != token.Access {
		shown, err := i.others.refresh(ctx, text)
		if errors.Is(err, provider.ErrNotFound) {
			return nil, nil, "", ErrInactive
		}
		if err != nil {
			return nil, nil, "", fmt.Errorf("find refresh token: %w", err)
		}
		id, kind = shown.id, token.Refresh
		proves = func(t *Token) bool { return shown.matches(i.key, t.RefreshHash) }
	}
	t, g, err := i.find(ctx, id, proves)
	return t, g, kind, err
}

// end ends an access token, or with a refresh token its grant.
func (i *Inspector) end(ctx context.Context, t *Token, g *Grant, kind token.Kind) (err error) {
	switch {
	case ended(t, g, kind):
		return nil
	case kind == token.Refresh:
		err = i.store.EndGrant(ctx, g.ID, i.clock.Now(ctx))
	default:
		err = i.store.RevokeToken(ctx, t.ID, i.clock.Now(ctx))
	}
	if err == nil {
		i.events.Publish(ctx, event.TokenRevoked{TokenID: t.ID, GrantID: g.ID, ClientID: g.ClientID, WholeGrant: kind == token.Refresh})
	}
	return err
}

func ended(t *Token, g *Grant, kind token.Kind) bool {
	return g.EndedAt != nil || (kind == token.Access && t.RevokedAt != nil)
}
