package grant

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// Grace is how long a used refresh token still yields its successor to the client that used it: a
// lost response, or two tabs that refresh at once, must not sign the user out.
const Grace = 30 * time.Second

// offlineAccess is the scope of a grant that outlives its session (OpenID Connect Core section 11).
const offlineAccess = "offline_access"

// refreshStore stores refresh tokens.
type refreshStore interface {
	// RefreshToken reads, in one statement, everything that decides, with the grant's user if
	// requested; or it returns provider.ErrNotFound.
	RefreshToken(ctx context.Context, id provider.ID, withUser bool) (*Refreshable, error)
	TokenWithGrant(ctx context.Context, id provider.ID) (*Token, *Grant, error)
	// SpendRefreshToken records the successor and tells whether it was this call that did.
	SpendRefreshToken(ctx context.Context, id, next provider.ID) (bool, error)
	// ExtendRefreshToken moves the expiry of one that is used repeatedly.
	ExtendRefreshToken(ctx context.Context, id provider.ID, until time.Time) error
}

// derivation derives the same secret from the same input (HKDF, RFC 5869).
type derivation interface {
	CurrentID() byte
	// IDs are those of all keys, the newest first.
	IDs() []byte
	Derive(keyID byte, info []byte, size int) ([]byte, error)
}

// Refresher exchanges refresh tokens for new tokens (RFC 6749 section 6, RFC 9700 section 4.14.2).
type Refresher struct {
	store  refreshStore
	ender  grantEnder
	issuer *Issuer
	derive derivation
	others *ImportedTokens
}

// NewRefresher makes a Refresher that issues tokens through issuer. Others are the tokens of other
// servers that it accepts.
func NewRefresher(store refreshStore, ender grantEnder, issuer *Issuer, derive derivation, others *ImportedTokens) *Refresher {
	return &Refresher{store: store, ender: ender, issuer: issuer, derive: derive, others: others}
}

// Narrowing is what a client requests at a refresh; nil means everything that was granted.
type Narrowing struct{ Scopes, Audience []string }

// Prepare prepares an access token and, unless the client is registered to keep its refresh token,
// the next refresh token.
//
// Of any number of concurrent requests, on any number of servers, one uses the token up; the others
// are ErrRaced, read what it wrote and recompute the same successor, which is derived from the
// presented token under a key of the server, so that no token is stored in clear. A client that did
// not receive the response gets the same successor too, for as long as Grace.
func (r *Refresher) Prepare(ctx context.Context, c *client.Client, text string, ask Narrowing) (*Prepared, error) {
	shown, err := r.others.refresh(ctx, text)
	var found *Refreshable
	if err == nil {
		found, err = r.store.RefreshToken(ctx, shown.id, c.IDTokenClaims)
	}
	if errors.Is(err, provider.ErrNotFound) {
		return nil, ErrRefreshUnknown
	}
	if err != nil {
		return nil, fmt.Errorf("read refresh token: %w", err)
	}
	// The order matters: without the whole token a client learns nothing, and an attempt by another
	// client that stole it revokes nothing.
	switch {
	case !shown.matches(r.issuer.key, found.Token.RefreshHash):
		return nil, ErrRefreshUnknown
	case found.Grant.ClientID != c.ID:
		return nil, ErrRefreshClient
	}
	now := r.issuer.clock.Now(ctx)
	spent := !found.Token.NextID.IsZero()
	if spent && now.Sub(found.Token.NextID.Time()) >= Grace {
		return nil, r.reused(found.Grant)
	}
	if slices.Contains(found.Grant.Scopes, offlineAccess) && !c.MayAsk(offlineAccess) {
		found.Grant.Offline = false // it was approved while the registration changed
	}
	if err := found.usable(now, r.issuer.lifetimes.SessionIdle); err != nil {
		return nil, err
	}
	d, err := narrowed(c, found.Grant, ask)
	if err != nil {
		return nil, err
	}
	switch {
	case spent:
		return r.repeat(ctx, c, found, shown.text, d)
	case c.RefreshTokenRotation == client.Reuse && shown.digest == nil:
		return r.reuse(ctx, c, found, text, d)
	default: // another server's token is exchanged in any case: its key is to be forgotten
		return r.rotate(ctx, c, found, shown.text, d)
	}
}

// narrowed is what the access token gets: what was requested, or granted, as far as the client is
// still registered for it. When all scopes, or the whole audience, of a grant are lost there is no
// token: one without an audience would be accepted everywhere.
func narrowed(c *client.Client, g *Grant, ask Narrowing) (draft, error) {
	scopes := ask.Scopes
	if scopes == nil {
		scopes = slices.DeleteFunc(slices.Clone(g.Scopes), func(s string) bool { return !c.MayAsk(s) })
	}
	if len(scopes) == 0 && len(g.Scopes) > 0 {
		return draft{}, ErrScope
	}
	for _, s := range scopes {
		if !slices.Contains(g.Scopes, s) || !c.MayAsk(s) {
			return draft{}, ErrScope
		}
	}
	audience := ask.Audience
	if audience == nil {
		audience = slices.DeleteFunc(slices.Clone(g.Audience), func(a string) bool { return !c.MayReach(a) })
	}
	if len(audience) == 0 && len(g.Audience) > 0 {
		return draft{}, ErrAudience
	}
	for _, a := range audience {
		if !slices.Contains(g.Audience, a) || !c.MayReach(a) {
			return draft{}, ErrAudience
		}
	}
	var d draft
	if !sameSet(scopes, g.Scopes) {
		d.scopes = append([]string{}, scopes...)
	}
	if !sameSet(audience, g.Audience) {
		d.audience = audience
	}
	return d, nil
}

func sameSet(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(v string) bool { return !slices.Contains(b, v) })
}

// rotate exchanges the token for a successor.
func (r *Refresher) rotate(ctx context.Context, c *client.Client, found *Refreshable, text string, d draft) (*Prepared, error) {
	var err error
	d.id = provider.NewID(r.issuer.clock.Now(ctx), r.issuer.random)
	if d.access, d.refresh, err = r.secrets(r.derive.CurrentID(), d.id, text); err != nil {
		return nil, err
	}
	p, err := r.prepare(ctx, c, found.Grant, d)
	if err != nil {
		return nil, err
	}
	p.claim = func(ctx context.Context) error {
		won, err := r.store.SpendRefreshToken(ctx, found.Token.ID, d.id)
		if err != nil {
			return fmt.Errorf("spend refresh token: %w", err)
		}
		if !won {
			return ErrRaced
		}
		return nil
	}
	return p, nil
}

// reuse issues an access token and keeps the refresh token (FAPI 2.0 section 5.3.2.1 requires that
// for confidential clients).
func (r *Refresher) reuse(ctx context.Context, c *client.Client, found *Refreshable, text string, d draft) (*Prepared, error) {
	p, err := r.prepare(ctx, c, found.Grant, d)
	if err != nil {
		return nil, err
	}
	p.RefreshToken = text
	p.claim = func(ctx context.Context) error {
		until := earlier(r.issuer.clock.Now(ctx).Add(or(c.RefreshTokenIdle, r.issuer.lifetimes.RefreshIdle)), found.Grant.ExpiresAt)
		if err := r.store.ExtendRefreshToken(ctx, found.Token.ID, until); err != nil {
			return fmt.Errorf("extend refresh token: %w", err)
		}
		return nil
	}
	return p, nil
}

// repeat returns what the token was exchanged for again.
func (r *Refresher) repeat(ctx context.Context, c *client.Client, found *Refreshable, text string, d draft) (*Prepared, error) {
	next, g, err := r.store.TokenWithGrant(ctx, found.Token.NextID)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, ErrRefreshEnded
	}
	if err != nil {
		return nil, fmt.Errorf("read the successor: %w", err)
	}
	// A request for something else than the first time is no repeat.
	if !sameDraft(next, d) || next.RevokedAt != nil {
		return nil, ErrRefreshSpent
	}
	access, refresh, err := r.successor(next, text)
	if err != nil {
		return nil, err
	}
	if !matches(r.issuer.key, next.AccessHash, token.Access, access) {
		// A JWT cannot be signed again: its signature is random. It gets a row of its own, and the
		// refresh token is the same.
		p, err := r.prepare(ctx, c, found.Grant, d)
		if err != nil {
			return nil, err
		}
		p.RefreshToken, p.repeated = refresh, true
		return p, nil
	}
	next.narrow(g)
	return &Prepared{Grant: found.Grant, Issued: Issued{
		ID: next.ID, AccessToken: access, RefreshToken: refresh, Scopes: g.Scopes,
		ExpiresIn: max(next.AccessExpiresAt.Sub(r.issuer.clock.Now(ctx)), 0),
	}}, nil
}

func sameDraft(next *Token, d draft) bool {
	return (next.Scopes == nil) == (d.scopes == nil) && sameSet(next.Scopes, d.scopes) &&
		(next.Audience == nil) == (d.audience == nil) && sameSet(next.Audience, d.audience)
}

// reused ends the grant: a token was used again after the grace period. The thief and the victim
// cannot be told apart, so neither may go on (RFC 9700 section 4.14.2).
func (r *Refresher) reused(g *Grant) error {
	if g.EndedAt != nil {
		return ErrRefreshReused // the event was published before
	}
	return &Consequence{Refused: ErrRefreshReused, Do: func(ctx context.Context) error {
		if err := r.issuer.endStolen(ctx, r.ender, g); err != nil {
			return err
		}
		r.issuer.events.Publish(ctx, event.RefreshReuseDetected{GrantID: g.ID, ClientID: g.ClientID, UserID: g.UserID})
		return nil
	}}
}

func (r *Refresher) prepare(ctx context.Context, c *client.Client, g *Grant, d draft) (*Prepared, error) {
	p, err := r.issuer.prepare(ctx, c, g, d)
	if err != nil {
		return nil, err
	}
	p.ended = func() error { return ErrRefreshEnded }
	return p, nil
}

// secrets are those of the tokens that a presented token is exchanged for.
func (r *Refresher) secrets(keyID byte, next provider.ID, presented string) (access, refresh io.Reader, err error) {
	of := func(kind token.Kind) (io.Reader, error) {
		info := append([]byte(kind+" v1\x00"), next[:]...)
		secret, err := r.derive.Derive(keyID, append(info, presented...), token.SecretSize)
		return bytes.NewReader(secret), err
	}
	if access, err = of(token.Access); err != nil {
		return nil, nil, fmt.Errorf("derive access token: %w", err)
	}
	if refresh, err = of(token.Refresh); err != nil {
		return nil, nil, fmt.Errorf("derive refresh token: %w", err)
	}
	return access, refresh, nil
}

// successor recomputes the tokens of an issuance from the token that was exchanged for it, under
// the data key that was in use then: the stored hash tells which one.
func (r *Refresher) successor(next *Token, presented string) (access, refresh string, err error) {
	tried := 0
	for {
		ids := r.derive.IDs() // after the comparison, which may have loaded a new key
		if len(ids) <= tried {
			return "", "", fmt.Errorf("grant: the successor %s cannot be derived again", next.ID)
		}
		for _, id := range ids {
			accessSecret, refreshSecret, err := r.secrets(id, next.ID, presented)
			if err != nil {
				return "", "", err
			}
			refresh := token.New(token.Refresh, next.ID, refreshSecret).Encode()
			if matches(r.issuer.key, next.RefreshHash, token.Refresh, refresh) {
				return token.New(token.Access, next.ID, accessSecret).Encode(), refresh, nil
			}
		}
		tried = len(ids)
	}
}
