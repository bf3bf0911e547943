package keys

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/provider"
)

// The algorithms of encryption keys (RFC 7518 sections 4.3 and 4.6). RSA1_5 must never be added: what
// its decryption says about a message decrypts others (RFC 8725 section 3.2).
const (
	RSAOAEP256 Algorithm = "RSA-OAEP-256"
	ECDHES     Algorithm = "ECDH-ES"
)

// EncryptionAlgorithms are those by which others encrypt to this server.
func EncryptionAlgorithms() []Algorithm { return []Algorithm{RSAOAEP256, ECDHES} }

// Encrypts tells whether keys of the algorithm are for encryption. They never sign or verify.
func (a Algorithm) Encrypts() bool { return slices.Contains(EncryptionAlgorithms(), a) }

// Use is what keys of the algorithm are for (RFC 7517 section 4.2): sig or enc.
func (a Algorithm) Use() string {
	if a.Encrypts() {
		return "enc"
	}
	return "sig"
}

// ErrInvalidJWE is the one error of all that cannot be decrypted: what differs between its causes
// could tell an attacker something about a key or a message.
var ErrInvalidJWE = errors.New("invalid JWE")

// ErrNotOffered: a key for encryption would have no effect.
var ErrNotOffered = errors.New("encrypted request objects are not turned on, for which the key would be")

const (
	// maxJWE bounds what is decrypted, in bytes: a signed message is in it, encoded twice.
	maxJWE = 16 << 10
	// jweParts is the number of parts of a compact JWE (RFC 7516 section 7.1).
	jweParts = 5
)

// OfferEncryption publishes encryption keys, and decrypts. Without it those that are stored have no
// effect.
func (m *Manager) OfferEncryption() { m.encryption.Store(true) }

// Offered are the algorithms for which keys are published: those that sign and, if it is offered,
// those that encrypt.
func (m *Manager) Offered() []Algorithm {
	return slices.DeleteFunc(append(Algorithms(), EncryptionAlgorithms()...), func(a Algorithm) bool { return !m.offers(a) })
}

// offers tells whether keys of an algorithm have an effect.
func (m *Manager) offers(a Algorithm) bool { return !a.Encrypts() || m.encryption.Load() }

// decrypting are the encryption algorithms for the library.
func decrypting() []jose.KeyAlgorithm {
	all := make([]jose.KeyAlgorithm, 0, len(EncryptionAlgorithms()))
	for _, a := range EncryptionAlgorithms() {
		all = append(all, jose.KeyAlgorithm(a))
	}
	return all
}

// Decrypt returns the content of a compact JWE (RFC 7516) that was encrypted to a key of this server,
// by A128GCM or A256GCM. The key selects the algorithm, as in Verify. A key decrypts from the time at
// which it was made until it is gone: that is how long the key set may be cached. Compressed content is refused, which could be of any size. It
// returns ErrInvalidJWE.
func (m *Manager) Decrypt(ctx context.Context, text string) ([]byte, error) {
	if !m.encryption.Load() || len(text) > maxJWE || strings.Count(text, ".") != jweParts-1 {
		return nil, ErrInvalidJWE
	}
	header, ok := provider.ReadJOSEHeader(text)
	if !ok {
		return nil, ErrInvalidJWE
	}
	jwe, err := jose.ParseEncryptedCompact(text, decrypting(), []jose.ContentEncryption{jose.A128GCM, jose.A256GCM})
	if err != nil {
		return nil, ErrInvalidJWE
	}
	now := m.clock.Now(ctx)
	for _, k := range slices.Backward(m.current.Load().keys) { // the newest is the likeliest
		if !k.Algorithm.Encrypts() || string(k.Algorithm) != header.Algorithm || gone(k.Key, now) || (header.KeyID != "" && header.KeyID != k.KID) {
			continue
		}
		if plain, err := jwe.Decrypt(k.private); err == nil {
			return plain, nil
		}
	}
	return nil, ErrInvalidJWE
}
