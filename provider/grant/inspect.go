package grant

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// inspectStore reads and revokes tokens.
type inspectStore interface {
	grantEnder
	// RefreshToken reads everything that decides whether a refresh token is active.
	RefreshToken(ctx context.Context, id provider.ID, withUser bool) (*Refreshable, error)
	// TokenWithGrant reads both in one statement, or returns provider.ErrNotFound.
	TokenWithGrant(ctx context.Context, id provider.ID) (*Token, *Grant, error)
	// Refreshable tells whether a grant has a refresh token that was not replaced.
	Refreshable(ctx context.Context, grantID provider.ID) (bool, error)
	// RevokeToken revokes one access token. Revoking it again changes nothing.
	RevokeToken(ctx context.Context, id provider.ID, at time.Time) error
	// Tokens pages through the issued tokens, the newest first, from before the given id (the zero
	// id: from the newest).
	Tokens(ctx context.Context, of Filter, before provider.ID, limit int) (Page, error)
	// EndGrants ends live grants with ids after the given one, in the order of their ids and not
	// more than a transaction should hold at once. From the zero id on it also covers an approval by
	// the user that is in progress.
	EndGrants(ctx context.Context, of Revocation, after provider.ID, at time.Time) (Ended, error)
}

// signers knows the keys that JWT access tokens were signed with.
type signers interface {
	// SignedByWithdrawn tells whether a JWT was signed with a key that was withdrawn.
	SignedByWithdrawn(jwt string) bool
}

// Inspector tells whether a presented token is active, and revokes it.
type Inspector struct {
	store       inspectStore
	gate        *audit.Gate
	key         macKey
	signers     signers
	events      publisher
	clock       provider.Clock
	sessionIdle time.Duration
	others      *ImportedTokens
}

// NewInspector makes an Inspector. SessionIdle is that of Lifetimes; others are the refresh tokens of
// other servers.
func NewInspector(store inspectStore, gate *audit.Gate, key macKey, s signers, events publisher, clock provider.Clock, sessionIdle time.Duration, others *ImportedTokens) *Inspector {
	return &Inspector{store: store, gate: gate, key: key, signers: s, events: events, clock: clock, sessionIdle: sessionIdle, others: others}
}

// Active returns the token and its grant when the presented text is an active access token, and
// ErrInactive when it is anything else. It takes one statement, and none for malformed text.
func (i *Inspector) Active(ctx context.Context, text string) (*Token, *Grant, error) {
	id, kind := address(text)
	if kind != token.Access {
		return nil, nil, ErrInactive // fosite would accept a refresh token as an access token
	}
	t, g, err := i.find(ctx, id, func(t *Token) bool { return matches(i.key, t.AccessHash, kind, text) })
	if err != nil {
		return nil, nil, err
	}
	now := i.clock.Now(ctx)
	// A JWT is found by its hash. One that was signed with a withdrawn key must be inactive too: a
	// verifier of the signature refuses it.
	if t.RevokedAt != nil || !now.Before(t.AccessExpiresAt) || !g.Live(now) || i.signers.SignedByWithdrawn(text) {
		return nil, nil, ErrInactive
	}
	t.narrow(g)
	return t, g, nil
}

// IsRefresh tells whether a text has the form of a refresh token. It takes no statement.
func (i *Inspector) IsRefresh(text string) bool {
	if strings.HasPrefix(text, "gh_") {
		return strings.HasPrefix(text, "gh_"+string(token.Refresh)+"_")
	}
	_, _, imported := i.others.recognize(text)
	return imported
}

// ActiveRefresh is Active for a refresh token that its client could use now.
func (i *Inspector) ActiveRefresh(ctx context.Context, text string) (*Token, *Grant, error) {
	shown, err := i.others.refresh(ctx, text)
	var r *Refreshable
	if err == nil {
		r, err = i.store.RefreshToken(ctx, shown.id, false)
	}
	if errors.Is(err, provider.ErrNotFound) {
		return nil, nil, ErrInactive
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read refresh token: %w", err)
	}
	if !shown.matches(i.key, r.Token.RefreshHash) || !r.Token.NextID.IsZero() ||
		r.usable(i.clock.Now(ctx), i.sessionIdle) != nil {
		return nil, nil, ErrInactive
	}
	return r.Token, r.Grant, nil
}

// find proves the text against the row that it names. The hash comes before every
// other question.
func (i *Inspector) find(ctx context.Context, id provider.ID, proves func(t *Token) bool) (*Token, *Grant, error) {
	t, g, err := i.store.TokenWithGrant(ctx, id)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, nil, ErrInactive
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read token: %w", err)
	}
	if !proves(t) {
		return nil, nil, ErrInactive
	}
	return t, g, nil
}
