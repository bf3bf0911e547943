package password

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"github.com/gatehouse-id/gatehouse/provider"
)

// The cost that OWASP's password storage guide recommends for argon2id: 19 MiB, 2 passes, 1 lane.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
	saltSize  = 16
	hashSize  = 32
)

// The maximum cost of a stored hash. A manipulated row must not be able to make the server spend
// minutes or gigabytes on it.
const (
	maxMemoryKiB = 256 * 1024
	maxPasses    = 16
	maxLanes     = 8
)

// ErrMalformedHash: the stored text is not an argon2id hash in PHC form, or costs more than the
// maximum.
var ErrMalformedHash = errors.New("password: malformed hash")

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
	p := params{memory: memoryKiB, passes: passes, lanes: lanes, salt: salt[:], size: hashSize}
	sum, err := h.compute(ctx, secret, p)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes, b64(p.salt), b64(sum)), nil
}

// Verify tells whether secret matches hash. It returns ErrMalformedHash, or the context's error
// when no slot became free in time.
func (h *Hasher) Verify(ctx context.Context, hash, secret string) (bool, error) {
	p, want, err := parse(hash)
	if err != nil {
		return false, err
	}
	got, err := h.compute(ctx, secret, p)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

func (h *Hasher) compute(ctx context.Context, secret string, p params) ([]byte, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	return argon2.IDKey([]byte(secret), p.salt, p.passes, p.memory, p.lanes, p.size), nil
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

type params struct {
	memory, passes uint32
	lanes          uint8
	size           uint32
	salt           []byte
}

func parse(hash string) (params, []byte, error) {
	part := strings.Split(hash, "$")
	if len(part) != 6 || part[0] != "" || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return params{}, nil, ErrMalformedHash
	}
	var p params
	if n, err := fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil || n != 3 {
		return params{}, nil, ErrMalformedHash
	}
	if p.memory == 0 || p.memory > maxMemoryKiB || p.passes == 0 || p.passes > maxPasses || p.lanes == 0 || p.lanes > maxLanes {
		return params{}, nil, ErrMalformedHash
	}
	salt, err := base64.RawStdEncoding.DecodeString(part[4])
	if err != nil || len(salt) < 8 {
		return params{}, nil, ErrMalformedHash
	}
	sum, err := base64.RawStdEncoding.DecodeString(part[5])
	if err != nil || len(sum) < 16 || len(sum) > 64 {
		return params{}, nil, ErrMalformedHash
	}
	p.salt, p.size = salt, uint32(len(sum)) //nolint:gosec // at most 64
	return p, sum, nil
}
