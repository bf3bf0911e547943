package keyring

import (
	"crypto/cipher"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"
)

// SealOverhead is how many bytes a sealed value is longer than its plaintext: key id, nonce and
// authentication tag.
const SealOverhead = 1 + chacha20poly1305.NonceSizeX + chacha20poly1305.Overhead

// ErrUnsealed: the value was not sealed by this key for this context, or was altered. The two
// cannot be distinguished.
var ErrUnsealed = errors.New("value does not open")

// Seal encrypts and authenticates plaintext. It panics when random fails.
func (k *Key) Seal(plaintext []byte) []byte { return k.SealFor(nil, plaintext) }

// Open returns the plaintext, or ErrUnsealed.
func (k *Key) Open(sealed []byte) ([]byte, error) { return k.OpenFor(nil, sealed) }

// SealFor is Seal for a value bound to a context, such as the id of its row: it opens with the
// same context only. The context is not part of the result.
func (k *Key) SealFor(context, plaintext []byte) []byte {
	d := k.current()
	return sealWith(d.aead, k.random, []byte{d.id}, plaintext, k.additional(d.id, context))
}

// OpenFor returns the plaintext that SealFor sealed for that context, or ErrUnsealed.
func (k *Key) OpenFor(context, sealed []byte) ([]byte, error) {
	if len(sealed) < SealOverhead {
		return nil, ErrUnsealed
	}
	d := k.find(sealed[0], true)
	if d == nil {
		return nil, ErrUnsealed
	}
	return openWith(d.aead, sealed[1:], k.additional(d.id, context))
}

// Stale tells whether a sealed value was made with another data key than the current one.
func (k *Key) Stale(sealed []byte) bool { return len(sealed) > 0 && sealed[0] != k.CurrentID() }

func (k *Key) additional(id byte, context []byte) []byte {
	return append(append(appendPart(nil, []byte(k.purpose)), id), context...)
}

func newAEAD(key []byte) cipher.AEAD {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil { // only for a key of the wrong length
		panic("keyring: " + err.Error())
	}
	return aead
}
