package grant

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// The PKCE methods (RFC 7636 section 4.2).
const (
	S256  = "S256"
	Plain = "plain"
)

// repeatWindow is how long after a code was used an identical request from the same client counts
// as a repeat and not as a theft: a page that runs its effects twice, or a client that did not
// receive the response. It is refused, and revokes nothing: a thief would need the client's secret
// or its verifier, and with those need not wait.
const repeatWindow = 5 * time.Second

// Code is an authorization code as it is stored, with what its exchange must match.
type Code struct {
	ID          provider.ID
	GrantID     provider.ID
	Hash        []byte
	RedirectURI string
	Challenge   string // empty: no PKCE
	Method      string
	Nonce       string
	ExpiresAt   time.Time
	UsedAt      *time.Time
}

// The refusals of an exchange. All of them are invalid_grant (RFC 6749 section 5.2).
var (
	ErrCodeUnknown  = errors.New("no such authorization code")
	ErrCodeClient   = errors.New("the authorization code was issued to another client")
	ErrCodeUsed     = errors.New("the authorization code was used already")
	ErrCodeRepeated = errors.New("the authorization code was used a moment ago by the same request")
	ErrCodeExpired  = errors.New("the authorization code has expired")
	ErrCodeEnded    = errors.New("the grant of the authorization code has ended")
	ErrCodeRedirect = errors.New("redirect_uri is not the one of the authorization request")
	ErrCodeVerifier = errors.New("code_verifier does not match the code_challenge")
)

// codeStore stores codes.
type codeStore interface {
	CreateCode(ctx context.Context, c *Code) error
	// CodeWithGrant reads both in one statement, with the grant's user if requested. It returns
	// provider.ErrNotFound also for a code whose user is disabled.
	CodeWithGrant(ctx context.Context, id provider.ID, withUser bool) (*Code, *Grant, error)
	// UseCode marks the code used and tells whether it was this call that did.
	UseCode(ctx context.Context, id provider.ID, at time.Time) (bool, error)
}

// grantEnder ends one grant.
type grantEnder interface {
	EndGrant(ctx context.Context, id provider.ID, at time.Time) error
}

// Codes issues authorization codes and exchanges them (RFC 6749 section 4.1).
type Codes struct {
	store  codeStore
	ender  grantEnder
	issuer *Issuer
}

// NewCodes makes a Codes that issues tokens through issuer.
func NewCodes(store codeStore, ender grantEnder, issuer *Issuer) *Codes {
	return &Codes{store: store, ender: ender, issuer: issuer}
}

// New makes a code, and the text of it for the client. It is worth nothing before Create.
func (c *Codes) New(ctx context.Context) (Code, string) {
	issuer := c.issuer
	now := issuer.clock.Now(ctx)
	t := token.New(token.Code, provider.NewID(now, issuer.random), issuer.random)
	text := t.Encode()
	return Code{ID: t.ID, Hash: hashOf(issuer.key, token.Code, text), ExpiresAt: now.Add(issuer.lifetimes.Code)}, text
}

// Create stores a code for a grant, in the transaction that stores the grant.
func (c *Codes) Create(ctx context.Context, g *Grant, code Code) error {
	code.GrantID = g.ID
	if err := c.store.CreateCode(ctx, &code); err != nil {
		return fmt.Errorf("create code: %w", err)
	}
	return nil
}

// Exchange is what a client sends to exchange a code.
type Exchange struct {
	Code, RedirectURI, Verifier string
	// Audience is narrower than that of the grant; nil means all of it.
	Audience []string
}

// Prepare prepares the tokens for a code. It takes one statement for a well-formed code, and none
// for anything else.
//
// The order of the checks matters. Without the whole code a client learns nothing, and an attempt by
// another client has no effect. After that a refusal has consequences: a second use revokes the
// grant, since one of the two stole the code (RFC 6749 section 4.1.2), and a wrong verifier uses the
// code up, or a thief could go on guessing and then omit the verifier.
func (c *Codes) Prepare(ctx context.Context, cl *client.Client, x Exchange) (*Prepared, error) {
	t, err := token.Parse(x.Code)
	if err != nil || t.Kind != token.Code {
		return nil, ErrCodeUnknown
	}
	code, g, err := c.store.CodeWithGrant(ctx, t.ID, cl.IDTokenClaims)
	if errors.Is(err, provider.ErrNotFound) {
		return nil, ErrCodeUnknown
	}
	if err != nil {
		return nil, fmt.Errorf("read code: %w", err)
	}
	if err := c.check(ctx, cl, code, g, x); err != nil {
		return nil, c.withConsequence(err, code.ID, g)
	}
	d, err := narrowed(cl, g, Narrowing{Audience: x.Audience}) // the registration may have changed since the approval
	if err != nil {
		return nil, err
	}
	d.refresh = c.issuer.refreshSource(cl)
	p, err := c.issuer.prepare(ctx, cl, g, d)
	if err != nil {
		return nil, err
	}
	p.Nonce = code.Nonce
	p.claim = func(ctx context.Context) error { return c.use(ctx, code.ID) }
	p.ended = func() error { return ErrCodeEnded }
	return p, nil
}

func (c *Codes) use(ctx context.Context, id provider.ID) error {
	won, err := c.store.UseCode(ctx, id, c.issuer.clock.Now(ctx))
	if err != nil {
		return fmt.Errorf("use code: %w", err)
	}
	if !won { // a concurrent, identical request used it
		return ErrCodeRepeated
	}
	return nil
}

func (c *Codes) check(ctx context.Context, cl *client.Client, code *Code, g *Grant, x Exchange) error {
	now := c.issuer.clock.Now(ctx)
	switch {
	case !matches(c.issuer.key, code.Hash, token.Code, x.Code):
		return ErrCodeUnknown
	case g.ClientID != cl.ID:
		return ErrCodeClient
	case code.UsedAt != nil && now.Sub(*code.UsedAt) < repeatWindow && code.RedirectURI == x.RedirectURI && verified(code, x.Verifier):
		return ErrCodeRepeated
	case code.UsedAt != nil:
		return ErrCodeUsed
	case !now.Before(code.ExpiresAt):
		return &Expired{ErrCodeExpired, code.ExpiresAt, now}
	case !g.Live(now):
		return ErrCodeEnded
	case code.RedirectURI != x.RedirectURI:
		return ErrCodeRedirect
	case !verified(code, x.Verifier):
		return ErrCodeVerifier
	}
	return nil
}

func (c *Codes) withConsequence(refused error, codeID provider.ID, g *Grant) error {
	var do func(ctx context.Context) error
	switch {
	case g.EndedAt != nil:
		return refused // nothing is left to end, and it was recorded before
	case errors.Is(refused, ErrCodeUsed):
		do = func(ctx context.Context) error { return c.issuer.endStolen(ctx, c.ender, g) }
	case errors.Is(refused, ErrCodeVerifier):
		do = func(ctx context.Context) error {
			burnt, err := c.store.UseCode(ctx, codeID, c.issuer.clock.Now(ctx))
			if err != nil || burnt {
				return err
			}
			// A concurrent request used it, and not an identical one: a second use like any other.
			return c.issuer.endStolen(ctx, c.ender, g)
		}
	default:
		return refused
	}
	return &Consequence{Refused: refused, Do: do}
}

// verified checks the verifier against the challenge (RFC 7636 section 4.6). A challenge that was
// sent is always enforced; a verifier without a challenge is refused too, or an attacker could
// remove the challenge from the authorization request (RFC 9700 section 4.8.2).
func verified(code *Code, verifier string) bool {
	if code.Challenge == "" || verifier == "" {
		return code.Challenge == "" && verifier == ""
	}
	if !ValidVerifier(verifier) {
		return false
	}
	computed := verifier
	if code.Method == S256 {
		sum := sha256.Sum256([]byte(verifier))
		computed = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(computed), []byte(code.Challenge)) == 1
}

// ValidVerifier tells whether a text has the form of a code_verifier, which is that of a plain
// code_challenge too: 43 to 128 unreserved characters (RFC 7636 sections 4.1 and 4.2). A shorter
// one could be guessed.
func ValidVerifier(text string) bool {
	return len(text) >= 43 && len(text) <= 128 && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~", r)
	})
}
