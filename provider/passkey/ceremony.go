package passkey

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// Purpose is what a ceremony is for. A response to one of a purpose is none to another.
type Purpose string

// The purposes.
const (
	ForCreation Purpose = "create"
	ForSignIn   Purpose = "sign_in"
	ForProof    Purpose = "proof"
)

// How long a ceremony may take: as long as the page that it is in may be used. Browsers begin it by a button, or by
// autofill, at any time while the page is shown.
const (
	CreationLifetime = 30 * time.Minute
	SignInLifetime   = time.Hour
	ProofLifetime    = time.Hour
)

func (p Purpose) lifetime() time.Duration {
	switch p {
	case ForCreation:
		return CreationLifetime
	case ForProof:
		return ProofLifetime
	default:
		return SignInLifetime
	}
}

// dialogTimeout is for how long the browser's dialog waits for the person once it is open; a hint (WebAuthn section 15.1).
const dialogTimeout = 5 * time.Minute

// Ceremony is what the server must know again when the response comes. The caller seals it into the page, bound
// to the browser: it is no secret, but who can make one can have a response accepted that was given elsewhere.
type Ceremony struct {
	Purpose   Purpose `json:"p"`
	Challenge []byte  `json:"c"`
	// UserID and Generation are of the user who is known; zero at sign-in. Handle is that of a new passkey.
	UserID     provider.ID `json:"u,omitzero"`
	Generation int64       `json:"g,omitempty"`
	Handle     []byte      `json:"h,omitempty"`
	IssuedAt   time.Time   `json:"t"`
}

var errNoIssuer = errors.New("passkey: without an issuer no passkey can be used")

// challengeSize is more than the 16 bytes that a challenge must have (WebAuthn section 13.4.3).
const challengeSize = 32

func (r *Registry) begin(ctx context.Context, p Purpose, u *account.User) (Ceremony, error) {
	if r.relyingParty == "" {
		return Ceremony{}, errNoIssuer
	}
	c := Ceremony{Purpose: p, IssuedAt: r.clock.Now(ctx)}
	if u != nil {
		c.UserID, c.Generation = u.ID, u.Generation
	}
	var err error
	c.Challenge, err = r.bytes(challengeSize)
	return c, err
}

func (r *Registry) bytes(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(r.random, b); err != nil {
		return nil, fmt.Errorf("passkey: no randomness: %w", err)
	}
	return b, nil
}

// check refuses a ceremony that is over, or of another purpose or user. Whether the user was changed since it
// began is checked with the row of the database.
func (r *Registry) check(ctx context.Context, c Ceremony, p Purpose, u *account.User) error {
	age := r.clock.Now(ctx).Sub(c.IssuedAt)
	switch {
	case c.Purpose != p, len(c.Challenge) != challengeSize:
		return refused(WrongCeremony, nil)
	case age < 0 || age >= p.lifetime():
		return refused(Expired, nil)
	case u == nil:
		return nil
	case u.ID != c.UserID:
		return refused(WrongCeremony, nil)
	case u.Disabled:
		return refused(Disabled, nil)
	}
	return nil
}

// use notes that a challenge was used, in the transaction of what follows from it, or refuses it.
func (r *Registry) use(ctx context.Context, c Ceremony) error {
	// For longer than the ceremony can be accepted: the clocks of servers differ.
	err := r.store.UseChallenge(ctx, sha256.Sum256(c.Challenge), c.IssuedAt.Add(2*c.Purpose.lifetime()))
	if errors.Is(err, provider.ErrConflict) {
		return refused(Replayed, nil)
	}
	return err
}

func (c Ceremony) encoded() string { return base64.RawURLEncoding.EncodeToString(c.Challenge) }
