package registration

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// grace is how long the token of before an update is accepted, unless the new one is used earlier. The
// answer with the new one may be lost, and nobody could give the client another one. Whoever has the old
// one by then could have used it before.
const grace = 5 * time.Minute

// hash is what is stored of a token. It has 256 random bits, so that no key is needed.
func hash(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// current tells whether the text is the token in force.
func (k *Kept) current(text string) bool { return subtle.ConstantTimeCompare(hash(text), k.Hash) == 1 }

// accepts tells whether the text is the token in force, or the one of before the last update and that is not
// long ago. Both comparisons are made, in constant time.
func (k *Kept) accepts(text string, now time.Time) bool {
	is, was := k.current(text), subtle.ConstantTimeCompare(hash(text), k.Previous) == 1
	return is || was && k.PreviousUntil != nil && now.Before(*k.PreviousUntil)
}

// presented refuses what cannot be the token of the client, without reading anything. The id in a token is
// that of its client.
func presented(clientID, bearer string) error {
	if bearer == "" {
		return unauthorized(refusal.CheckRegistrationToken, false)
	}
	t, err := token.Parse(bearer)
	if err != nil || t.Kind != token.Registration || t.ID.String() != clientID {
		return unauthorized(refusal.CheckRegistrationToken, true)
	}
	return nil
}

// replaceToken puts another token in place of the one that the client presented. It is derived from that,
// so that a request which is repeated, or sent twice at once, gets the same one.
func (r *Registry) replaceToken(ctx context.Context, kept *Kept, bearer string) (string, error) {
	next, err := r.successor(r.Successor.CurrentID(), kept, bearer)
	if err != nil {
		return "", err
	}
	until := r.Clock.Now(ctx).Add(grace)
	if !kept.current(bearer) {
		until = *kept.PreviousUntil // a repetition does not prolong the time of the one before
		if given, err := r.inForce(kept, bearer); err != nil {
			return "", err
		} else if given != "" {
			next = given
		}
	}
	return next, r.Store.ReplaceToken(ctx, kept.ClientID, hash(next), hash(bearer), until)
}

// inForce is the token in force, to whoever presented it or the one before, from which it was derived. Empty: that was by
// a key that is gone.
func (r *Registry) inForce(kept *Kept, bearer string) (string, error) {
	if kept.current(bearer) {
		return bearer, nil
	}
	for _, keyID := range r.Successor.IDs() { // the key may have been replaced since
		next, err := r.successor(keyID, kept, bearer)
		if err != nil {
			return "", err
		}
		if kept.current(next) {
			return next, nil
		}
	}
	return "", nil
}

// successor derives the token after another one by a key.
func (r *Registry) successor(keyID byte, kept *Kept, bearer string) (string, error) {
	id, err := provider.ParseID(kept.ClientID)
	if err != nil {
		return "", err
	}
	next := token.Token{Kind: token.Registration, ID: id}
	secret, err := r.Successor.Derive(keyID, []byte("registration "+bearer), len(next.Secret))
	if err != nil {
		return "", err
	}
	copy(next.Secret[:], secret)
	return next.Encode(), nil
}

// initial is the initial access token of a request; nil: it has none, and needs none.
func (r *Registry) initial(ctx context.Context, bearer string, now time.Time) (*InitialToken, error) {
	if bearer == "" {
		if r.settings.Mode != Open {
			return nil, unauthorized(refusal.CheckInitialToken, false)
		}
		return nil, nil //nolint:nilnil // see above
	}
	refused := unauthorized(refusal.CheckInitialToken, true)
	parsed, err := token.Parse(bearer)
	if err != nil || parsed.Kind != token.Initial {
		return nil, refused
	}
	t, err := r.Tokens.InitialToken(ctx, parsed.ID)
	if err != nil {
		return nil, notFound(err, refused)
	}
	if subtle.ConstantTimeCompare(hash(bearer), t.Hash) != 1 || !t.Live(now) {
		return nil, refused
	}
	return t, nil
}

// notFound is the refusal where err is that something was not found, and err otherwise.
func notFound(err error, refused *refusal.Refusal) error {
	if errors.Is(err, provider.ErrNotFound) {
		return refused
	}
	return err
}
