package revocation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// Type is the typ of an answer: no other JWT of the issuer can pass for one.
const Type = "revocations+jwt"

type signer interface {
	Sign(ctx context.Context, alg keys.Algorithm, typ string, payload []byte) (string, error)
}

// Feed signs what a Publisher says.
type Feed struct {
	publisher *Publisher
	keys      signer
	issuer    string
	clock     provider.Clock
}

// NewFeed makes the feed of an issuer.
func NewFeed(p *Publisher, keys signer, issuer string, clock provider.Clock) *Feed {
	return &Feed{publisher: p, keys: keys, issuer: issuer, clock: clock}
}

type answer struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	IssuedAt int64  `json:"iat"`
	// Since is the cursor that was asked with, and Cursor the one to ask with next.
	Since  string `json:"since"`
	Cursor string `json:"cursor"`
	// AsOf, in seconds: whatever was revoked before is in this answer, or in one before it.
	AsOf int64 `json:"as_of"`
	// Keep is how long revocations are kept and must be remembered, in seconds.
	Keep   int64          `json:"keep"`
	More   bool           `json:"more,omitempty"`
	Reset  bool           `json:"reset,omitempty"`
	Events []answeredItem `json:"events"`
}

type answeredItem struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id"`
	At   int64  `json:"at"` // milliseconds since 1970
	// ExpiresAt is the exp of a token, in seconds, where it is known.
	ExpiresAt int64 `json:"exp,omitempty"`
}

// Wait waits until there is something to tell a client that has read up to a cursor, for so long at most. It returns
// ErrCursor, ErrBusy, ErrTooMany or ErrUnavailable.
func (f *Feed) Wait(ctx context.Context, clientID, cursor string, wait time.Duration) error {
	from, err := ParseCursor(cursor)
	if err != nil {
		return err
	}
	return f.publisher.Wait(ctx, clientID, from, wait)
}

// Answer returns what a client lacks that has read up to a cursor, as a JWT signed by ES256. It returns
// ErrCursor or ErrUnavailable.
func (f *Feed) Answer(ctx context.Context, clientID, cursor string) (string, error) {
	from, err := ParseCursor(cursor)
	if err != nil {
		return "", err
	}
	page, err := f.publisher.Page(ctx, from)
	if err != nil {
		return "", err
	}
	a := answer{
		Issuer: f.issuer, Audience: clientID, IssuedAt: f.clock.Now(ctx).Unix(), Since: cursor, Cursor: page.Next.String(), AsOf: page.AsOf.Unix(),
		Keep: int64(Keep / time.Second), More: page.More, Reset: page.Reset, Events: make([]answeredItem, len(page.Events)),
	}
	for i, e := range page.Events {
		a.Events[i] = answeredItem{Kind: e.Kind, ID: e.Target, At: e.At.UnixMilli()}
		if !e.ExpiresAt.IsZero() {
			a.Events[i].ExpiresAt = e.ExpiresAt.Unix()
		}
	}
	payload, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("revocation: marshal answer: %w", err)
	}
	return f.keys.Sign(ctx, keys.ES256, Type, payload)
}
