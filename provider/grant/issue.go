package grant

import (
	"context"
	"errors"
	"io"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// issueStore stores what is issued.
type issueStore interface {
	// StandingGrant finds the live standing grant with the given key, or returns
	// provider.ErrNotFound.
	StandingGrant(ctx context.Context, key []byte) (*Grant, error)
	// CreateGrant returns provider.ErrConflict when a live grant has the same key. It stores the
	// grant of a user, in one statement, only while the user is enabled, has the generation of the
	// grant and may use the client, and the session of the grant, if any, has not ended; otherwise
	// it returns provider.ErrStale.
	CreateGrant(ctx context.Context, g *Grant) error
	// InsertToken inserts the row only while its grant has not been ended and its client is not
	// disabled, in one statement, and returns provider.ErrNotFound or ErrClientDisabled otherwise. It
	// waits for a change of the client that is in progress.
	InsertToken(ctx context.Context, t *Token) error
}

// minter makes JWT access tokens (RFC 9068).
type minter interface {
	MintAccessToken(ctx context.Context, c *client.Client, g *Grant, t *Token) (string, error)
}

// standingGrants bounds the ids of standing grants in memory, 16 bytes and a key each.
const standingGrants = 10_000

// publisher publishes events.
type publisher interface {
	Publish(ctx context.Context, e event.Event)
}

// recorder records acts in the audit log, in their transaction.
type recorder interface {
	Record(ctx context.Context, actor audit.Actor, action audit.Action, target audit.Target, act func(ctx context.Context) (audit.Changes, error)) error
}

// Issuer issues tokens.
type Issuer struct {
	store     issueStore
	key       macKey
	minter    minter
	events    publisher
	log       recorder
	clock     provider.Clock
	random    io.Reader
	lifetimes Lifetimes
	standing  *lru.Cache[string, provider.ID]
}

// NewIssuer makes an Issuer with the provider's lifetimes.
func NewIssuer(store issueStore, key macKey, m minter, events publisher, log recorder, clock provider.Clock, random io.Reader, lifetimes Lifetimes) *Issuer {
	standing, err := lru.New[string, provider.ID](standingGrants)
	if err != nil { // only for a size that is not positive
		panic("grant: " + err.Error())
	}
	return &Issuer{store: store, key: key, minter: m, events: events, log: log, clock: clock, random: random, lifetimes: lifetimes, standing: standing}
}

// Issued is what the client receives. AccessToken and RefreshToken are credentials.
type Issued struct {
	ID           provider.ID
	AccessToken  string
	RefreshToken string // empty: none
	ExpiresIn    time.Duration
	Scopes       []string
}

// ForClient prepares an access token for the client itself (RFC 6749 section 4.4): no user, no
// refresh token. Scopes and audience must have been checked. Storing it takes one statement once
// the client's standing grant exists.
func (i *Issuer) ForClient(ctx context.Context, c *client.Client, scopes, audience []string) (*Prepared, error) {
	key := standingKey(c.ID, scopes, audience)
	g := &Grant{ClientID: c.ID, Scopes: scopes, Audience: audience, StandingKey: key[:]}
	if err := i.findStanding(ctx, g); err != nil {
		return nil, err
	}
	p, err := i.prepare(ctx, c, g, draft{})
	if err != nil {
		return nil, err
	}
	p.ended = func() error { // between finding the grant and using it
		i.standing.Remove(string(key[:]))
		return ErrRaced
	}
	return p, nil
}

func (i *Issuer) findStanding(ctx context.Context, g *Grant) error {
	if id, ok := i.standing.Get(string(g.StandingKey)); ok {
		g.ID = id
		return nil
	}
	found, err := i.store.StandingGrant(ctx, g.StandingKey)
	if errors.Is(err, provider.ErrNotFound) {
		found, err = i.createStanding(ctx, *g)
	}
	if err != nil {
		return err
	}
	g.ID = found.ID
	i.standing.Add(string(g.StandingKey), g.ID)
	return nil
}

func (i *Issuer) createStanding(ctx context.Context, g Grant) (*Grant, error) {
	g.CreatedAt = i.clock.Now(ctx)
	g.ID = provider.NewID(g.CreatedAt, i.random)
	err := i.store.CreateGrant(ctx, &g)
	if errors.Is(err, provider.ErrConflict) { // a concurrent request was first
		return i.store.StandingGrant(ctx, g.StandingKey)
	}
	return &g, err
}

// draft describes an issuance. The zero value is an access token with everything that its grant has.
type draft struct {
	id provider.ID // zero: a new one
	// scopes and audience, when they are not nil, are fewer than the grant's.
	scopes, audience []string
	// access and refresh are the sources of the secrets. Without refresh there is no refresh token,
	// and without access its secret is random.
	access, refresh io.Reader
}

// prepare makes one row and what the client receives.
func (i *Issuer) prepare(ctx context.Context, c *client.Client, g *Grant, d draft) (*Prepared, error) {
	now := i.clock.Now(ctx)
	t := &Token{
		ID: d.id, GrantID: g.ID, IssuedAt: now, Scopes: d.scopes, Audience: d.audience,
		AccessExpiresAt: earlier(now.Add(i.lifetimes.AccessOf(c)), g.ExpiresAt),
	}
	if t.ID.IsZero() {
		t.ID = provider.NewID(now, i.random)
	}
	issued := Issued{ID: t.ID, ExpiresIn: t.AccessExpiresAt.Sub(now)}
	if d.refresh != nil {
		issued.RefreshToken = token.New(token.Refresh, t.ID, d.refresh).Encode()
		until := earlier(now.Add(or(c.RefreshTokenIdle, i.lifetimes.RefreshIdle)), g.ExpiresAt)
		t.RefreshHash, t.RefreshExpiresAt = hashOf(i.key, token.Refresh, issued.RefreshToken), &until
	}
	narrowed := g
	if d.scopes != nil || d.audience != nil {
		some := *g
		narrowed = &some
		t.narrow(narrowed)
	}
	var err error
	if issued.AccessToken, err = i.write(ctx, c, narrowed, t, d.access); err != nil {
		return nil, err
	}
	issued.Scopes = narrowed.Scopes
	t.AccessHash = hashOf(i.key, token.Access, issued.AccessToken)
	return &Prepared{Issued: issued, Grant: g, row: t}, nil
}

func (i *Issuer) write(ctx context.Context, c *client.Client, g *Grant, t *Token, secret io.Reader) (string, error) {
	if c.TokenFormat == client.JWT {
		return i.minter.MintAccessToken(ctx, c, g, t)
	}
	if secret == nil {
		secret = i.random
	}
	return token.New(token.Access, t.ID, secret).Encode(), nil
}

// refreshSource is the source of the first refresh token's secret: nil for a client that is not
// registered for refreshing.
func (i *Issuer) refreshSource(c *client.Client) io.Reader {
	if !c.MayUse(client.RefreshToken) {
		return nil
	}
	return i.random
}
