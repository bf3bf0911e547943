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
)

// fastHashLength is the length from which a secret is taken for one that cannot be
// guessed, and SHA-256 suffices. Shorter ones get the slow hash.
const fastHashLength = 32

const fastPrefix = "$sha256$"

// slowHasher is the hash for secrets that people chose.
type slowHasher interface {
	Hash(ctx context.Context, secret string) (string, error)
	Verify(ctx context.Context, hash, secret string) (bool, error)
}

// Secrets makes, hashes and verifies client secrets.
type Secrets struct {
	slow   slowHasher
	random io.Reader
}

// NewSecrets makes a Secrets that leaves guessable secrets to slow.
func NewSecrets(slow slowHasher, random io.Reader) *Secrets {
	return &Secrets{slow: slow, random: random}
}

// Generate makes a secret of 256 random bits: 64 hexadecimal characters, so that it
// survives every form encoder unchanged. It panics without randomness.
func (s *Secrets) Generate() string {
	var raw [32]byte
	if _, err := io.ReadFull(s.random, raw[:]); err != nil {
		panic("client: no randomness: " + err.Error())
	}
	return hex.EncodeToString(raw[:])
}

// Hash returns the form in which a secret is kept.
func (s *Secrets) Hash(ctx context.Context, secret string) (string, error) {
	if len(secret) >= fastHashLength {
		return fastHash(secret), nil
	}
	hash, err := s.slow.Hash(ctx, secret)
	if err != nil {
		return "", fmt.Errorf("client: hash secret: %w", err)
	}
	return hash, nil
}

// Verify tells whether secret is one of the client's live secrets. The error is one of
// the slow hash, the context's included.
func (s *Secrets) Verify(ctx context.Context, c *Client, secret string, now time.Time) (bool, error) {
	if secret == "" || !utf8.ValidString(secret) {
		return false, nil
	}
	fast := ""
	for _, kept := range c.Secrets {
		if !kept.Live(now) {
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

func fastHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return fastPrefix + base64.RawStdEncoding.EncodeToString(sum[:])
}
