package grant

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// inspectStore reads and ends what was issued.
type inspectStore interface {
	// TokenWithGrant reads both in one statement, or returns provider.ErrNotFound.
	TokenWithGrant(ctx context.Context, id provider.ID) (*Token, *Grant, error)
	// RevokeToken revokes one access token. Revoking it again changes nothing.
	RevokeToken(ctx context.Context, id provider.ID, at time.Time) error
	// Tokens pages through what was issued, the newest first, to one client or to all when
	// clientID is empty, from before the given id (the zero id: from the newest).
	Tokens(ctx context.Context, clientID string, before provider.ID, limit int) ([]Listed, error)
	// EndGrants ends the live grants of a client and returns how many there were.
	EndGrants(ctx context.Context, clientID string, at time.Time) (int64, error)
}

// Inspector answers whether a presented access token is good, and revokes it.
type Inspector struct {
	store inspectStore
	key   macKey
	clock provider.Clock
}

// NewInspector makes an Inspector.
func NewInspector(store inspectStore, key macKey, clock provider.Clock) *Inspector {
	return &Inspector{store: store, key: key, clock: clock}
}

// Active returns the token and its grant when the presented text is a good access
// token, and ErrInactive when it is anything else. One statement, none for noise.
func (i *Inspector) Active(ctx context.Context, text string) (*Token, *Grant, error) {
	t, g, err := i.find(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	now := i.clock.Now(ctx)
	if t.RevokedAt != nil || !now.Before(t.AccessExpiresAt) || !g.Live(now) {
		return nil, nil, ErrInactive
	}
	return t, g, nil
}

// Revoke ends the presented access token for the client that it was issued to. A text
// that is no token of ours, or one that is not good any more, needs no revoking: nil
// (RFC 7009 section 2.2). It returns ErrNotYours for another client's token.
func (i *Inspector) Revoke(ctx context.Context, clientID, text string) error {
	t, g, err := i.find(ctx, text)
	if errors.Is(err, ErrInactive) {
		return nil
	}
	if err != nil {
		return err
	}
	if g.ClientID != clientID {
		return ErrNotYours
	}
	if t.RevokedAt != nil {
		return nil
	}
	return i.store.RevokeToken(ctx, t.ID, i.clock.Now(ctx))
}

// RevokeAny ends the presented access token whoever holds it: for administrators. It
// returns ErrInactive when there is no such token.
func (i *Inspector) RevokeAny(ctx context.Context, text string) error {
	t, _, err := i.find(ctx, text)
	if err != nil {
		return err
	}
	return i.store.RevokeToken(ctx, t.ID, i.clock.Now(ctx))
}

// Listed is an issuance as an administrator sees it: everything but the credential, which
// nobody has but the client.
type Listed struct {
	Token Token
	Grant Grant
}

// State says in a word what the token is worth at the given time: active, expired, revoked
// (on its own) or ended (with its grant).
func (l Listed) State(now time.Time) string {
	switch {
	case l.Token.RevokedAt != nil:
		return "revoked"
	case !l.Grant.Live(now):
		return "ended"
	case !now.Before(l.Token.AccessExpiresAt):
		return "expired"
	default:
		return "active"
	}
}

// List pages through what was issued, the newest first.
func (i *Inspector) List(ctx context.Context, clientID string, before provider.ID, limit int) ([]Listed, error) {
	return i.store.Tokens(ctx, clientID, before, limit)
}

// RevokeClient ends all that was issued to a client so far and returns how many grants
// that were. The client itself may ask for new tokens.
func (i *Inspector) RevokeClient(ctx context.Context, clientID string) (int64, error) {
	return i.store.EndGrants(ctx, clientID, i.clock.Now(ctx))
}

// find proves the text against the row that it names. The hash comes before every
// other question.
func (i *Inspector) find(ctx context.Context, text string) (*Token, *Grant, error) {
	id, ok := address(text)
	if !ok {
		return nil, nil, ErrInactive
	}
	t, g, err := i.store.TokenWithGrant(ctx, id)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, nil, ErrInactive
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read token: %w", err)
	}
	if !matches(i.key, t.AccessHash, token.Access, text) {
		return nil, nil, ErrInactive
	}
	return t, g, nil
}
