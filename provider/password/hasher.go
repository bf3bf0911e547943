package password

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/gatehouse-id/gatehouse/provider"
)

// ErrBusy: the queue is so long that waiting would not help. It is a provider.ErrBusy.
var ErrBusy = fmt.Errorf("password: the queue for slow hashes is full: %w", provider.ErrBusy)

// waitingForEach is how many callers may wait for each slot: at some 30 ms per hash, the last of
// them waits for half a second.
const waitingForEach = 16

// Hasher hashes and verifies. It is safe for concurrent use.
type Hasher struct {
	random io.Reader
	// slots are for all callers, and preferred is one more for callers under Preferred.
	slots, preferred chan struct{}
	waiting          atomic.Int64
	mostWaiting      int64
}

// New makes a Hasher that hashes at most atOnce secrets concurrently, and one more for callers
// under Preferred. A bounded number of callers wait, until their context ends; beyond those,
// callers get ErrBusy.
func New(random io.Reader, atOnce int) *Hasher {
	atOnce = max(atOnce, 1)
	return &Hasher{
		random: random, slots: make(chan struct{}, atOnce), preferred: make(chan struct{}, 1), mostWaiting: int64(atOnce) * waitingForEach,
	}
}

type preferredKey struct{}

// Preferred gives hashes under ctx a slot of their own: an attack that keeps all slots busy must
// not lock out users who have signed in before.
func Preferred(ctx context.Context) context.Context {
	return context.WithValue(ctx, preferredKey{}, true)
}

// Hash returns the argon2id hash of secret in PHC form,
// $argon2id$v=19$m=19456,t=2,p=1$salt$hash. The error is the context's.
func (h *Hasher) Hash(ctx context.Context, secret string) (string, error) {
	var salt [saltSize]byte
	if _, err := io.ReadFull(h.random, salt[:]); err != nil {
		return "", fmt.Errorf("password: no randomness: %w", err)
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return newArgon2id(secret, salt[:]).text(), nil
}

// Verify tells whether secret matches hash. It returns ErrMalformedHash, or the context's error
// when no slot became free in time.
func (h *Hasher) Verify(ctx context.Context, hash, secret string) (bool, error) {
	kept, err := parse(hash)
	if err != nil {
		return false, err
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	return kept.matches(secret), nil
}

// enter waits for a slot and returns the function that frees it.
func (h *Hasher) enter(ctx context.Context) (leave func(), err error) {
	if ctx.Err() != nil { // select picks at random when both are ready
		return nil, fmt.Errorf("password: %w", ctx.Err())
	}
	var preferred chan struct{} // nil is never ready
	if ctx.Value(preferredKey{}) != nil {
		preferred = h.preferred
	} else {
		if h.waiting.Add(1) > h.mostWaiting {
			h.waiting.Add(-1)
			return nil, ErrBusy
		}
		defer h.waiting.Add(-1)
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case preferred <- struct{}{}:
		return func() { <-h.preferred }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("password: waiting for a slot: %w", ctx.Err())
	}
}
