package keyring

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"
)

// ErrUnknownKey: the key id belongs to no data key of this purpose.
var ErrUnknownKey = errors.New("unknown data key")

// Key hashes, seals and derives for one purpose. It is safe for concurrent use.
type Key struct {
	purpose Purpose
	random  io.Reader
	current *dataKey
	byID    [256]*dataKey
}

type dataKey struct {
	id      byte
	macs    sync.Pool // of *macState
	aead    cipher.AEAD
	derived []byte
}

func newDataKey(id byte, secret []byte) *dataKey {
	d := &dataKey{
		id:      id,
		aead:    newAEAD(derive(secret, "seal v1", keySize)),
		derived: derive(secret, "derive v1", sha256.Size),
	}
	macKey := derive(secret, "mac v1", sha256.Size)
	d.macs.New = func() any { return newMACState(macKey) }
	return d
}

// add makes the data key known, and the one in use if its id is the highest.
func (k *Key) add(d *dataKey) {
	k.byID[d.id] = d
	if k.current == nil || d.id > k.current.id {
		k.current = d
	}
}

// CurrentID is the id of the data key that new values are made with.
func (k *Key) CurrentID() byte { return k.current.id }

// Derive makes size bytes from info under the data key with the given id (HKDF-SHA-256,
// RFC 5869): the same id and info always give the same bytes. Keep the id beside what
// was derived, or a new data key makes it impossible to repeat. It returns ErrUnknownKey.
func (k *Key) Derive(keyID byte, info []byte, size int) ([]byte, error) {
	d := k.byID[keyID]
	if d == nil {
		return nil, fmt.Errorf("%w: %d for %s", ErrUnknownKey, keyID, k.purpose)
	}
	out, err := hkdf.Expand(sha256.New, d.derived, string(info), size)
	if err != nil {
		return nil, fmt.Errorf("derive %d bytes: %w", size, err)
	}
	return out, nil
}

// String names the key and hides what is in it.
func (k *Key) String() string { return "key for " + string(k.purpose) }

// GoString hides the key from %#v as String does from %v.
func (k *Key) GoString() string { return k.String() }
