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

// Grace is how long a spent refresh token still gives its successor to the client that
// spent it: an answer that was lost on the way, or two tabs that refresh at once, must not
// sign anybody out.
const Grace = 30 * time.Second

// offlineAccess is the scope of a grant that outlives its session (OpenID Connect Core section 11).
const offlineAccess = "offline_access"

// refreshStore keeps refresh tokens.
type refreshStore interface {
	// RefreshToken reads, in one statement, all that decides, with the grant's user if that is
	// wanted; or provider.ErrNotFound.
	RefreshToken(ctx context.Context, id provider.ID, withUser bool) (*Refreshable, error)
	TokenWithGrant(ctx context.Context, id provider.ID) (*Token, *Grant, error)
	// SpendRefreshToken notes the successor and tells whether it was this call that did.
	SpendRefreshToken(ctx context.Context, id, next provider.ID) (bool, error)
	// ExtendRefreshToken moves the end of one that is used repeatedly.
	ExtendRefreshToken(ctx context.Context, id provider.ID, until time.Time) error
}

// derivation makes the same secret from the same input again (HKDF, RFC 5869).
type derivation interface {
	CurrentID() byte
	// IDs are those of all keys, the newest first.
	IDs() []byte
	Derive(keyID byte, info []byte, size int) ([]byte, error)
}

// Refresher trades refresh tokens for new tokens (RFC 6749 section 6, RFC 9700 section
// 4.14.2).
type Refresher struct {
	store  refreshStore
	ender  grantEnder
	issuer *Issuer
	derive derivation
}

// NewRefresher makes a Refresher that issues tokens through issuer.
func NewRefresher(store refreshStore, ender grantEnder, issuer *Issuer, derive derivation) *Refresher {
	return &Refresher{store: store, ender: ender, issuer: issuer, derive: derive}
}

// Narrowing is what a client asks for at a refresh; nil stands for all that was granted.
type Narrowing struct{ Scopes, Audience []string }

// Prepare prepares an access token and, unless the client is registered to use one token again
// and again, the next refresh token.
//
// It cannot race. Of any number of requests at once, on any number of servers, one spends
// the token; the others are ErrRaced, find what it left and recompute the same successor,
// because that is derived from the presented token under a key of the server, and nothing in
// clear is kept. The same goes for a client that hung up before the answer came, for as long as
// Grace.
func (r *Refresher) Prepare(ctx context.Context, c *client.Client, text string, ask Narrowing) (*Prepared, error) {
	t, err := token.Parse(text)
	if err != nil || t.Kind != token.Refresh {
		return nil, ErrRefreshUnknown
	}
	found, err := r.store.RefreshToken(ctx, t.ID, c.IDTokenClaims)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, ErrRefreshUnknown
	}
	if err != nil {
		return nil, fmt.Errorf("read refresh token: %w", err)
	}
	// The order matters: only who has the whole token learns anything, and another client
	// that stole it ends nothing by trying it.
	switch {
	case !matches(r.issuer.key, found.Token.RefreshHash, token.Refresh, text):
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
		return r.repeat(ctx, c, found, text, d)
	case c.RefreshTokenRotation == client.Reuse:
		return r.reuse(ctx, c, found, text, d)
	default:
		return r.rotate(ctx, c, found, text, d)
	}
}

// narrowed is what the access token shall have: what was asked for, or what was granted, and
// of that only what the client is still registered for. A token for certain resources never
// becomes one for any, nor one for certain scopes one for none in particular: when none is
// left, there is no token.
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

// rotate spends the token for a successor.
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

// reuse issues an access token beside a refresh token that stays (FAPI 2.0 section
// 5.3.2.1 wants that of confidential clients).
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

// repeat gives what the token was spent for once more.
func (r *Refresher) repeat(ctx context.Context, c *client.Client, found *Refreshable, text string, d draft) (*Prepared, error) {
	next, g, err := r.store.TokenWithGrant(ctx, found.Token.NextID)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, ErrRefreshEnded
	}
	if err != nil {
		return nil, fmt.Errorf("read the successor: %w", err)
	}
	// Who asks for something else than the first time is not repeating a request.
	if !sameDraft(next, d) || next.RevokedAt != nil {
		return nil, ErrRefreshSpent
	}
	access, refresh, err := r.successor(next, text)
	if err != nil {
		return nil, err
	}
	if !matches(r.issuer.key, next.AccessHash, token.Access, access) {
		// A JWT cannot be written a second time: its signature is random. It gets a row of
		// its own, and the refresh token is the same.
		p, err := r.prepare(ctx, c, found.Grant, d)
		if err != nil {
			return nil, err
		}
		p.RefreshToken, p.by = refresh, ""
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

// reused ends the grant: a token came again, long after it was spent. The thief and the
// victim cannot be told apart, so neither goes on (RFC 9700 section 4.14.2).
func (r *Refresher) reused(g *Grant) error {
	if g.EndedAt != nil {
		return ErrRefreshReused // it was told before
	}
	return &Consequence{Refused: ErrRefreshReused, Do: func(ctx context.Context) error {
		if err := r.ender.EndGrant(ctx, g.ID, r.issuer.clock.Now(ctx)); err != nil {
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
	p.by = client.RefreshToken
	p.ended = func() error { return ErrRefreshEnded } // this moment
	return p, nil
}

// secrets are those of the tokens that a presented token is spent for.
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

// successor recomputes the tokens of an issuance from the token that was spent for it, under
// whichever data key was in use then: the stored hash tells when it is the right one.
func (r *Refresher) successor(next *Token, presented string) (access, refresh string, err error) {
	tried := 0
	for {
		ids := r.derive.IDs() // the hash may be by a key that we hear of by comparing it
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
