package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Lifetime is how long a response is kept.
const Lifetime = 24 * time.Hour

// ErrReused: the key was used for another request.
var ErrReused = errors.New("the idempotency key was used for another request")

// Response is what a request is answered with.
type Response struct {
	Status int               `json:"status"`
	Header map[string]string `json:"header,omitempty"`
	Body   []byte            `json:"body,omitempty"`
}

// Caller is who names a request. Two callers have no key in common.
type Caller struct {
	// Name tells it apart from all others that there are.
	Name string
	// ClientID is the client whose end is that of the caller: a client that gets the id later gets no
	// response to this one. Empty: none.
	ClientID string
}

// Row is a key that was used. ID names caller and key, Request is a digest of the request, Sealed the
// response. It ends with the client, if one is named.
type Row struct {
	ID              [sha256.Size]byte
	ClientID        string
	Request, Sealed []byte
	ExpiresAt       time.Time
}

// Store stores the rows.
type Store interface {
	// ClaimIdempotencyKey adds a row, or replaces one that has expired. It returns
	// provider.ErrConflict when there is one that has not, and provider.ErrNotFound when the client was
	// deleted; a concurrent claim is waited for.
	ClaimIdempotencyKey(ctx context.Context, row Row, now time.Time) error
	// KeepResponse sets Sealed of a claimed row.
	KeepResponse(ctx context.Context, id [sha256.Size]byte, sealed []byte) error
	// IdempotencyKey returns a row, or provider.ErrNotFound.
	IdempotencyKey(ctx context.Context, id [sha256.Size]byte) (Row, error)
}

type transactor interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// secret seals responses and makes the digests of requests.
type secret interface {
	MAC(message ...[]byte) []byte
	VerifyMAC(mac []byte, message ...[]byte) bool
	SealFor(context, plaintext []byte) []byte
	OpenFor(context, sealed []byte) ([]byte, error)
}

// Keys remembers which requests were answered.
type Keys struct {
	store  Store
	tx     transactor
	secret secret
	clock  provider.Clock
}

// NewKeys makes Keys.
func NewKeys(store Store, tx transactor, secret secret, clock provider.Clock) *Keys {
	return &Keys{store: store, tx: tx, secret: secret, clock: clock}
}

// Once carries out act, in a transaction, unless the caller's key was used within Lifetime: then it
// returns the response of that time, or ErrReused if the request was another. After a conflict with
// a concurrent transaction act runs again from the beginning. It returns provider.ErrNotFound when the client
// of the caller was deleted.
func (k *Keys) Once(ctx context.Context, caller Caller, key string, request []byte, act func(ctx context.Context) (Response, error)) (r Response, repeated bool, err error) {
	id := identify(caller.Name, key)
	err = k.tx.InTx(ctx, func(ctx context.Context) error {
		now := k.clock.Now(ctx)
		err := k.store.ClaimIdempotencyKey(ctx, Row{ID: id, ClientID: caller.ClientID, Request: k.secret.MAC(id[:], request), Sealed: []byte{}, ExpiresAt: now.Add(Lifetime)}, now)
		if repeated = errors.Is(err, provider.ErrConflict); repeated {
			r, err = k.kept(ctx, id, request)
			return err
		}
		if err != nil {
			return fmt.Errorf("idempotency: claim: %w", err)
		}
		if r, err = act(ctx); err != nil {
			return err
		}
		plain, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("idempotency: %w", err)
		}
		return k.store.KeepResponse(ctx, id, k.secret.SealFor(id[:], plain))
	})
	return r, repeated && err == nil, err
}

func (k *Keys) kept(ctx context.Context, id [sha256.Size]byte, request []byte) (r Response, err error) {
	row, err := k.store.IdempotencyKey(ctx, id)
	if err != nil {
		return r, fmt.Errorf("idempotency: read: %w", err)
	}
	if !k.secret.VerifyMAC(row.Request, id[:], request) {
		return r, ErrReused
	}
	plain, err := k.secret.OpenFor(id[:], row.Sealed)
	if err != nil {
		return r, fmt.Errorf("idempotency: open the response: %w", err)
	}
	return r, json.Unmarshal(plain, &r)
}

// identify names caller and key, so that no caller reads what another did.
func identify(caller, key string) [sha256.Size]byte {
	text := binary.BigEndian.AppendUint32(nil, uint32(len(caller))) //nolint:gosec // of an id
	return sha256.Sum256(append(append(text, caller...), key...))
}
