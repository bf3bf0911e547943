package keyring

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
)

// ErrUnknownKey: the key id belongs to no data key of this purpose.
var ErrUnknownKey = errors.New("unknown data key")

// Key hashes, seals and derives for one purpose. It is safe for concurrent use.
type Key struct {
	purpose Purpose
	random  io.Reader
	clock   provider.Clock
	known   atomic.Pointer[dataKeys]
	// learn reads the keyring again for an unknown key id; its rate is limited for ids that come
	// from outside.
	learn func(fromOutside bool)
}

// dataKeys are those of a purpose. They are immutable; a change makes new ones.
type dataKeys struct {
	byID [256]*dataKey
	// current makes new values, until the first of upcoming takes over.
	current  *dataKey
	upcoming []*dataKey
}

type dataKey struct {
	id         byte
	activeFrom time.Time
	macs       sync.Pool // of *macState
	aead       cipher.AEAD
	derived    []byte
}

func newDataKey(id byte, activeFrom time.Time, secret []byte) *dataKey {
	d := &dataKey{
		id:         id,
		activeFrom: activeFrom,
		aead:       newAEAD(derive(secret, "seal v1", keySize)),
		derived:    derive(secret, "derive v1", sha256.Size),
	}
	macKey := derive(secret, "mac v1", sha256.Size)
	d.macs.New = func() any { return newMACState(macKey) }
	return d
}

// newDataKeys selects, at the given time, which of them makes new values: the newest that is
// active, or the oldest if none is (the clock of another server is ahead).
func newDataKeys(list []*dataKey, now time.Time) *dataKeys {
	slices.SortFunc(list, func(a, b *dataKey) int { return int(a.id) - int(b.id) })
	k := &dataKeys{current: list[0]}
	for _, d := range list {
		k.byID[d.id] = d
		if d == list[0] {
			continue
		}
		if now.Before(d.activeFrom) {
			k.upcoming = append(k.upcoming, d)
		} else {
			k.current, k.upcoming = d, nil
		}
	}
	return k
}

func (k *Key) now() time.Time { return k.clock().UTC() }

// current is the data key for new values.
func (k *Key) current() *dataKey {
	known := k.known.Load()
	if len(known.upcoming) == 0 {
		return known.current
	}
	current, now := known.current, k.now()
	for _, d := range known.upcoming {
		if !now.Before(d.activeFrom) {
			current = d
		}
	}
	return current
}

// find returns the data key with the given id, or nil. Another server may already use one that
// this process has not read yet.
func (k *Key) find(id byte, fromOutside bool) *dataKey {
	if d := k.known.Load().byID[id]; d != nil {
		return d
	}
	k.learn(fromOutside)
	return k.known.Load().byID[id]
}

// CurrentID is the id of the data key for new values.
func (k *Key) CurrentID() byte { return k.current().id }

// IDs are those of all data keys, newest first.
func (k *Key) IDs() []byte {
	known := k.known.Load()
	var ids []byte
	for id, d := range slices.Backward(known.byID[:]) {
		if d != nil {
			ids = append(ids, byte(id)) //nolint:gosec // an index of 256
		}
	}
	return ids
}

// Derive makes size bytes from info under the data key with the given id (HKDF-SHA-256, RFC
// 5869): the same id and info always give the same bytes. Store the id with the derived value,
// otherwise it cannot be derived again after a rotation. It returns ErrUnknownKey.
func (k *Key) Derive(keyID byte, info []byte, size int) ([]byte, error) {
	d := k.find(keyID, false)
	if d == nil {
		return nil, fmt.Errorf("%w: %d for %s", ErrUnknownKey, keyID, k.purpose)
	}
	out, err := hkdf.Expand(sha256.New, d.derived, string(info), size)
	if err != nil {
		return nil, fmt.Errorf("derive %d bytes: %w", size, err)
	}
	return out, nil
}

// Permanent is Derive under the first data key, which the purposes have for ever whose values must stay the same. It
// panics for any other purpose: a rotation would change the value.
func (k *Key) Permanent(info []byte, size int) ([]byte, error) {
	if !permanent(k.purpose) {
		panic("keyring: data keys of " + string(k.purpose) + " are replaced")
	}
	return k.Derive(firstKeyID, info, size)
}

// String names the key and hides its value.
func (k *Key) String() string { return "key for " + string(k.purpose) }

// GoString hides the key from %#v as String does from %v.
func (k *Key) GoString() string { return k.String() }
