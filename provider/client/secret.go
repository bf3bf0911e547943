package client

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// fastHashLength is the length from which a secret counts as unguessable, so that SHA-256 suffices.
// Shorter ones get the slow hash.
const fastHashLength = 32

const (
	fastPrefix   = "$sha256$"
	sealedPrefix = "$sealed$"
)

// slowHasher is the hash for secrets that a person chose.
type slowHasher interface {
	Hash(ctx context.Context, secret string) (string, error)
	Verify(ctx context.Context, hash, secret string) (bool, error)
}

// sealer encrypts values that must be read again, each bound to its client.
type sealer interface {
	SealFor(context, plaintext []byte) []byte
	OpenFor(context, sealed []byte) ([]byte, error)
	// Stale tells whether a value was sealed with an older key.
	Stale(sealed []byte) bool
}

// Secrets makes, hashes and verifies client secrets.
type Secrets struct {
	slow   slowHasher
	seal   sealer
	random io.Reader
}

// NewSecrets makes a Secrets that hashes guessable secrets by slow, and seals those that are keys
// themselves (client_secret_jwt).
func NewSecrets(slow slowHasher, seal sealer, random io.Reader) *Secrets {
	return &Secrets{slow: slow, seal: seal, random: random}
}

// Generate makes a secret of 256 random bits: 64 hexadecimal characters, which form encoding does
// not change. It panics without randomness.
func (s *Secrets) Generate() string {
	var raw [32]byte
	if _, err := io.ReadFull(s.random, raw[:]); err != nil {
		panic("client: no randomness: " + err.Error())
	}
	return hex.EncodeToString(raw[:])
}

// Keep returns the form in which a secret of the client is stored: a hash or, for a client whose
// secret is the key of its assertions, sealed.
func (s *Secrets) Keep(ctx context.Context, c *Client, secret string) (string, error) {
	if c.AuthMethod == SecretJWT {
		// RFC 7518 section 3.2: the key must be as long as the hash.
		if len(secret) < fastHashLength {
			return "", &Invalid{[]Problem{{Field: "client_secret", Fault: fault.New(fault.SecretShort)}}}
		}
		return s.sealed(c.ID, []byte(secret)), nil
	}
	if len(secret) >= fastHashLength {
		return fastHash(secret), nil
	}
	hash, err := s.slow.Hash(ctx, secret)
	if err != nil {
		return "", fmt.Errorf("client: hash secret: %w", err)
	}
	return hash, nil
}

// Guessable tells whether one of the client's live secrets is short enough to be guessed, and
// therefore slow to verify.
func (s *Secrets) Guessable(c *Client, now time.Time) bool {
	for _, kept := range c.Secrets {
		if kept.Live(now) && !strings.HasPrefix(kept.Hash, fastPrefix) && !strings.HasPrefix(kept.Hash, sealedPrefix) {
			return true
		}
	}
	return false
}

// Verify tells whether secret is one of the client's live secrets. The error is one of
// the slow hash, the context's included.
func (s *Secrets) Verify(ctx context.Context, c *Client, secret string, now time.Time) (bool, error) {
	if secret == "" || !utf8.ValidString(secret) {
		return false, nil
	}
	fast := ""
	for _, kept := range c.Secrets {
		if !kept.Live(now) || strings.HasPrefix(kept.Hash, sealedPrefix) {
			continue
		}
		if strings.HasPrefix(kept.Hash, fastPrefix) {
			if fast == "" {
				fast = fastHash(secret)
			}
			if subtle.ConstantTimeCompare([]byte(fast), []byte(kept.Hash)) == 1 {
				return true, nil
			}
			continue
		}
		if ok, err := s.slow.Verify(ctx, kept.Hash, secret); err != nil || ok {
			return ok, err
		}
	}
	return false, nil
}

// Holds tells whether secret is one of the client's live secrets, in whichever form they are kept. It is not for
// authentication: a client that signs with its secret never sends it.
func (s *Secrets) Holds(ctx context.Context, c *Client, secret string, now time.Time) (bool, error) {
	keys, err := s.SharedKeys(c, now)
	if err != nil {
		return false, err
	}
	for _, key := range keys {
		if subtle.ConstantTimeCompare(key, []byte(secret)) == 1 {
			return true, nil
		}
	}
	return s.Verify(ctx, c, secret, now)
}

// SharedKeys are the live secrets of a client that signs with them.
func (s *Secrets) SharedKeys(c *Client, now time.Time) ([][]byte, error) {
	var keys [][]byte
	for _, kept := range c.Secrets {
		encoded, ok := strings.CutPrefix(kept.Hash, sealedPrefix)
		if !ok || !kept.Live(now) {
			continue
		}
		sealed, err := base64.RawStdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, fmt.Errorf("client: sealed secret %s: %w", kept.ID, err)
		}
		key, err := s.seal.OpenFor([]byte(c.ID), sealed)
		if err != nil {
			return nil, fmt.Errorf("client: sealed secret %s: %w", kept.ID, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func fastHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return fastPrefix + base64.RawStdEncoding.EncodeToString(sum[:])
}
