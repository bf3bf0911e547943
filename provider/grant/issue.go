package grant

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// issueStore keeps what is issued.
type issueStore interface {
	// StandingGrant finds the live standing grant with the given key, or returns
	// provider.ErrNotFound.
	StandingGrant(ctx context.Context, key []byte) (*Grant, error)
	// CreateGrant returns provider.ErrConflict when a live grant has the same key.
	CreateGrant(ctx context.Context, g *Grant) error
	// InsertToken inserts the row only while its grant has not been ended, in one
	// statement, and returns provider.ErrNotFound otherwise.
	InsertToken(ctx context.Context, t *Token) error
}

// minter writes an access token out as a JWT (RFC 9068).
type minter interface {
	MintAccessToken(ctx context.Context, g *Grant, t *Token) (string, error)
}

// standingGrants bounds the ids of standing grants in memory, 16 bytes and a key each.
const standingGrants = 10_000

// Issuer issues tokens.
type Issuer struct {
	store    issueStore
	key      macKey
	minter   minter
	clock    provider.Clock
	random   io.Reader
	lifetime time.Duration
	standing *lru.Cache[string, provider.ID]
}

// NewIssuer makes an Issuer whose access tokens live for lifetime, unless the client
// has a lifetime of its own.
func NewIssuer(store issueStore, key macKey, m minter, clock provider.Clock, random io.Reader, lifetime time.Duration) *Issuer {
	standing, err := lru.New[string, provider.ID](standingGrants)
	if err != nil { // only for a size that is not positive
		panic("grant: " + err.Error())
	}
	return &Issuer{store: store, key: key, minter: m, clock: clock, random: random, lifetime: lifetime, standing: standing}
}

// Issued is a token on its way to the client. AccessToken is a credential.
type Issued struct {
	ID          provider.ID
	AccessToken string
	ExpiresIn   time.Duration
	Scopes      []string
}

// ClientCredentials issues an access token to the client itself (RFC 6749 section 4.4):
// no user, no refresh token. Scopes and audience must have been checked. It takes one
// statement once the client's standing grant exists.
func (i *Issuer) ClientCredentials(ctx context.Context, c *client.Client, scopes, audience []string) (Issued, error) {
	key := standingKey(c.ID, scopes, audience)
	g := &Grant{ClientID: c.ID, Scopes: scopes, Audience: audience, StandingKey: key[:]}
	const tries = 3 // the grant may be ended between finding it and using it
	for range tries {
		if err := i.findStanding(ctx, g); err != nil {
			return Issued{}, err
		}
		issued, err := i.issue(ctx, c, g)
		if !errors.Is(err, provider.ErrNotFound) {
			return issued, err
		}
		i.standing.Remove(string(key[:]))
	}
	return Issued{}, fmt.Errorf("standing grant of client %s ended %d times while issuing: %w", c.ID, tries, provider.ErrUnavailable)
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
	if errors.Is(err, provider.ErrConflict) { // somebody else was first
		return i.store.StandingGrant(ctx, g.StandingKey)
	}
	return &g, err
}

func (i *Issuer) issue(ctx context.Context, c *client.Client, g *Grant) (Issued, error) {
	lifetime := i.lifetime
	if c.AccessTokenLifetime > 0 {
		lifetime = c.AccessTokenLifetime
	}
	now := i.clock.Now(ctx)
	t := &Token{ID: provider.NewID(now, i.random), GrantID: g.ID, IssuedAt: now, AccessExpiresAt: now.Add(lifetime)}
	text, err := i.write(ctx, c, g, t)
	if err != nil {
		return Issued{}, err
	}
	t.AccessHash = hashOf(i.key, token.Access, text)
	if err := i.store.InsertToken(ctx, t); err != nil {
		return Issued{}, err
	}
	return Issued{ID: t.ID, AccessToken: text, ExpiresIn: lifetime, Scopes: g.Scopes}, nil
}

func (i *Issuer) write(ctx context.Context, c *client.Client, g *Grant, t *Token) (string, error) {
	if c.TokenFormat == client.JWT {
		return i.minter.MintAccessToken(ctx, g, t)
	}
	return token.New(token.Access, t.ID, i.random).Encode(), nil
}
