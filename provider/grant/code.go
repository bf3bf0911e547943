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
	"github.com/gatehouse-id/gatehouse/provider/event"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// The PKCE methods (RFC 7636 section 4.2).
const (
	S256  = "S256"
	Plain = "plain"
)

// repeatWindow is how long after a code was used the very same request, from the same client,
// is a repeat and not a theft: a page that runs its effects twice, or a client that did not get
// the answer. It is refused, and ends nothing: a thief would have needed the client's secret or
// its verifier, and with that would not have had to wait.
const repeatWindow = 5 * time.Second

// Code is an authorization code as it is kept, with what its exchange must match.
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

// What the exchange of a code refuses. All of them are invalid_grant to the client.
var (
	ErrCodeUnknown  = errors.New("no such authorization code")
	ErrCodeClient   = errors.New("the authorization code was issued to another client")
	ErrCodeUsed     = errors.New("the authorization code was used already")
	ErrCodeRepeated = errors.New("the authorization code was used a moment ago by the same request")
	ErrCodeExpired  = errors.New("the authorization code has expired")
	ErrCodeRedirect = errors.New("redirect_uri is not the one of the authorization request")
	ErrCodeVerifier = errors.New("code_verifier does not match the code_challenge")
	ErrFinished     = errors.New("the authorization request was finished already")
)

// codeStore keeps codes.
type codeStore interface {
	CreateGrant(ctx context.Context, g *Grant) error
	CreateCode(ctx context.Context, c *Code) error
	// CodeWithGrant reads both in one statement, with the grant's user if that is wanted, or
	// returns provider.ErrNotFound: also for a code whose user is disabled.
	CodeWithGrant(ctx context.Context, id provider.ID, withUser bool) (*Code, *Grant, error)
	// UseCode marks the code used and tells whether it was this call that did.
	UseCode(ctx context.Context, id provider.ID, at time.Time) (bool, error)
}

// grantEnder ends one grant.
type grantEnder interface {
	EndGrant(ctx context.Context, id provider.ID, at time.Time) error
}

// transactor runs fn in one transaction, or, detached, in one that does not depend on the
// caller's.
type transactor interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
	Detached(ctx context.Context, fn func(ctx context.Context) error) error
}

// Codes issues authorization codes and exchanges them (RFC 6749 section 4.1).
type Codes struct {
	store  codeStore
	ender  grantEnder
	tx     transactor
	issuer *Issuer
}

// NewCodes makes a Codes that issues tokens through issuer.
func NewCodes(store codeStore, ender grantEnder, tx transactor, issuer *Issuer) *Codes {
	return &Codes{store: store, ender: ender, tx: tx, issuer: issuer}
}

// Approve stores what a person agreed to, with its code, and returns the code for the
// client. The grant's id is that of the request in progress: a second approval of the same
// request conflicts, and is ErrFinished. within is called in the same transaction, for what
// else the person decided. It returns provider.ErrStale when the user or the session is not
// any more what it was when the person was found signed in.
func (c *Codes) Approve(ctx context.Context, cl *client.Client, g *Grant, code Code, within func(context.Context) error) (string, error) {
	text, issuer := "", c.issuer
	err := c.tx.InTx(ctx, func(ctx context.Context) error {
		now := issuer.clock.Now(ctx)
		ends := now.Add(issuer.lifetimes.grant(cl))
		g.CreatedAt, g.ExpiresAt = now, &ends
		if err := c.store.CreateGrant(ctx, g); err != nil {
			if errors.Is(err, provider.ErrConflict) {
				return ErrFinished
			}
			return fmt.Errorf("create grant: %w", err)
		}
		t := token.New(token.Code, provider.NewID(now, issuer.random), issuer.random)
		text = t.Encode()
		row := code
		row.ID, row.GrantID, row.Hash, row.ExpiresAt = t.ID, g.ID, hashOf(issuer.key, token.Code, text), now.Add(issuer.lifetimes.Code)
		if err := c.store.CreateCode(ctx, &row); err != nil {
			return fmt.Errorf("create code: %w", err)
		}
		return within(ctx)
	})
	if err != nil {
		return "", err
	}
	issuer.events.Publish(ctx, event.AuthorizationApproved{GrantID: g.ID, ClientID: g.ClientID, UserID: g.UserID, SessionID: g.SessionID})
	return text, nil
}

// Exchange trades a code for an access token, once. within is called inside the same
// transaction with what was issued: what it refuses, or cannot do, leaves the code unused.
//
// The order of the checks matters. Only who has the whole code learns anything. Another
// client's try neither burns nor ends anything (threats 22). From there on a refusal has
// consequences, which outlive its rollback: a second use ends the grant, since one of the
// two had stolen the code (RFC 6749 section 4.1.2), and a wrong verifier burns the code, or
// a thief could go on guessing and then leave the verifier out (fosite.md 1).
func (c *Codes) Exchange(ctx context.Context, cl *client.Client, text, redirectURI, verifier string, within func(context.Context, Exchanged) error) error {
	t, err := token.Parse(text)
	if err != nil || t.Kind != token.Code {
		return ErrCodeUnknown
	}
	var grantID provider.ID
	var exchanged Exchanged
	err = c.tx.InTx(ctx, func(ctx context.Context) error {
		code, g, err := c.store.CodeWithGrant(ctx, t.ID, cl.IDTokenClaims)
		if errors.Is(err, provider.ErrNotFound) {
			return ErrCodeUnknown
		}
		if err != nil {
			return fmt.Errorf("read code: %w", err)
		}
		if err := c.check(ctx, cl, code, g, text, redirectURI, verifier); err != nil {
			grantID = g.ID
			return err
		}
		if exchanged, err = c.exchange(ctx, cl, code, g); err != nil {
			grantID = g.ID
			return err
		}
		return within(ctx, exchanged)
	})
	if err == nil {
		c.issuer.tell(ctx, exchanged.Issued, exchanged.Grant, client.AuthorizationCode)
		return nil
	}
	if consequence := c.consequence(ctx, err, t.ID, grantID); consequence != nil {
		return errors.Join(err, consequence)
	}
	return err
}

func (c *Codes) check(ctx context.Context, cl *client.Client, code *Code, g *Grant, text, redirectURI, verifier string) error {
	now := c.issuer.clock.Now(ctx)
	switch {
	case !matches(c.issuer.key, code.Hash, token.Code, text):
		return ErrCodeUnknown
	case g.ClientID != cl.ID:
		return ErrCodeClient
	case code.UsedAt != nil && now.Sub(*code.UsedAt) < repeatWindow && code.RedirectURI == redirectURI && verified(code, verifier):
		return ErrCodeRepeated
	case code.UsedAt != nil:
		return ErrCodeUsed
	case !now.Before(code.ExpiresAt):
		return &Expired{ErrCodeExpired, code.ExpiresAt, now}
	case !g.Live(now):
		return ErrCodeExpired
	case code.RedirectURI != redirectURI:
		return ErrCodeRedirect
	case !verified(code, verifier):
		return ErrCodeVerifier
	}
	return nil
}

func (c *Codes) exchange(ctx context.Context, cl *client.Client, code *Code, g *Grant) (Exchanged, error) {
	won, err := c.store.UseCode(ctx, code.ID, c.issuer.clock.Now(ctx))
	if err != nil {
		return Exchanged{}, fmt.Errorf("use code: %w", err)
	}
	if !won { // this moment, by the same request, as was checked
		return Exchanged{}, ErrCodeRepeated
	}
	d, err := narrowed(cl, g, Narrowing{}) // the registration may have changed since the approval
	if err != nil {
		return Exchanged{}, err
	}
	d.refresh = c.issuer.refreshSource(cl)
	issued, err := c.issuer.issue(ctx, cl, g, d)
	if errors.Is(err, provider.ErrNotFound) {
		return Exchanged{}, ErrCodeExpired // the grant was ended this moment
	}
	return Exchanged{Issued: issued, Grant: g, Nonce: code.Nonce}, err
}

// consequence does, after the rollback, what a refusal entails.
func (c *Codes) consequence(ctx context.Context, refused error, codeID, grantID provider.ID) error {
	switch {
	case errors.Is(refused, ErrCodeUsed):
		return c.tx.Detached(ctx, func(ctx context.Context) error {
			return c.ender.EndGrant(ctx, grantID, c.issuer.clock.Now(ctx))
		})
	case errors.Is(refused, ErrCodeVerifier):
		return c.tx.Detached(ctx, func(ctx context.Context) error {
			now := c.issuer.clock.Now(ctx)
			burnt, err := c.store.UseCode(ctx, codeID, now)
			if err != nil || burnt {
				return err
			}
			// Used this moment, and not by the same request: a second use like any other.
			return c.ender.EndGrant(ctx, grantID, now)
		})
	default:
		return nil
	}
}

// verified holds the verifier against the challenge (RFC 7636 section 4.6). A challenge
// that was sent always binds; a verifier without a challenge is refused too, or a request
// that was robbed of its challenge on the way would pass unseen (RFC 9700 section 4.8.2).
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
// code_challenge too: 43 to 128 unreserved characters (RFC 7636 sections 4.1 and 4.2). What is
// shorter could be guessed.
func ValidVerifier(text string) bool {
	return len(text) >= 43 && len(text) <= 128 && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("-._~", r)
	})
}
