package keyring

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

const keySize = 32

// master is derived from a secret: a key that seals data keys, and the secret's fingerprint.
type master struct {
	aead        cipher.AEAD
	fingerprint string
}

func mastersOf(s Secrets) ([]master, error) {
	masters := make([]master, 0, 1+len(s.Previous))
	for _, secret := range append([][]byte{s.Current}, s.Previous...) {
		if len(secret) < MinSecret {
			return nil, ErrShortSecret
		}
		aead, err := chacha20poly1305.NewX(derive(secret, "seal data keys", keySize))
		if err != nil {
			return nil, fmt.Errorf("keyring: %w", err)
		}
		masters = append(masters, master{aead, Fingerprint(secret)})
	}
	return masters, nil
}

// Fingerprint identifies a secret without revealing anything about it: 16 hexadecimal characters,
// derived independently of every key.
func Fingerprint(secret []byte) string {
	return hex.EncodeToString(derive(secret, "fingerprint", 8))
}

func derive(secret []byte, info string, size int) []byte {
	out, err := hkdf.Key(sha256.New, secret, []byte("gatehouse keyring"), info, size)
	if err != nil { // only for sizes far above those in use
		panic("keyring: " + err.Error())
	}
	return out
}

// seal binds the sealed key to its row: a row copied to another purpose or id does not open there.
func (m master) seal(random io.Reader, row Row, material []byte) []byte {
	return sealWith(m.aead, random, nil, material, place(row))
}

func (m master) open(row Row) ([]byte, error) {
	return openWith(m.aead, row.Sealed, place(row))
}

func place(row Row) []byte { return append([]byte{row.KeyID}, row.Purpose...) }

func sealWith(aead cipher.AEAD, random io.Reader, prefix, plaintext, associated []byte) []byte {
	out := make([]byte, len(prefix)+aead.NonceSize(), len(prefix)+aead.NonceSize()+len(plaintext)+aead.Overhead())
	copy(out, prefix)
	nonce := out[len(prefix):]
	if _, err := io.ReadFull(random, nonce); err != nil {
		panic("keyring: no randomness: " + err.Error())
	}
	return aead.Seal(out, nonce, plaintext, associated)
}

func openWith(aead cipher.AEAD, sealed, associated []byte) ([]byte, error) {
	if len(sealed) < aead.NonceSize() {
		return nil, ErrUnsealed
	}
	plaintext, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], associated)
	if err != nil {
		return nil, ErrUnsealed
	}
	return plaintext, nil
}
