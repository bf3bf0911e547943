package grant

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"strings"
)

// hydraPrefix begins the refresh tokens of Hydra since version 2. Hydra accepts them without it.
const hydraPrefix = "ory_rt_"

// maxHydraToken bounds a presented token in bytes: the entropy of a token is configurable.
const maxHydraToken = 1000

// HydraKey is the key by which Hydra signs its tokens with a system secret.
func HydraKey(systemSecret string) []byte {
	key := sha256.Sum256([]byte(systemSecret))
	return key[:]
}

// HydraDigest is by what a refresh token of Hydra is found: the digest of its signature, which is what
// Hydra's database has of it. It returns false for what is not a signature.
func HydraDigest(signature string) ([]byte, bool) {
	raw, ok := unpadded(signature)
	if !ok || len(raw) != sha512.Size256 {
		return nil, false
	}
	sum := sha256.Sum256(append([]byte("hydra refresh token\x00"), raw...))
	return sum[:], true
}

// hydraToken verifies a text as a refresh token that Hydra signed with one of the keys. The database of
// Hydra has the signature of each token, which therefore proves nothing: the first part must go with it.
// The canonical text is the same for all texts that are the same token: the successor of a token is
// derived from it.
func hydraToken(keys [][]byte, text string) (canonical string, digest []byte, ok bool) {
	if len(keys) == 0 || len(text) > maxHydraToken {
		return "", nil, false
	}
	text = strings.TrimPrefix(text, hydraPrefix)
	encoded, signature, ok := strings.Cut(text, ".")
	if !ok {
		return "", nil, false
	}
	random, ok := unpadded(encoded)
	if !ok || len(random) < sha512.Size256 { // Hydra never makes one with less
		return "", nil, false
	}
	sum, ok := unpadded(signature)
	if !ok {
		return "", nil, false
	}
	for _, key := range keys {
		mac := hmac.New(sha512.New512_256, key)
		mac.Write(random)
		if hmac.Equal(mac.Sum(nil), sum) {
			digest, ok = HydraDigest(signature)
			return hydraPrefix + text, digest, ok
		}
	}
	return "", nil, false
}

// unpadded decodes base64 for URLs of which there is one form alone: the decoder passes over line breaks.
func unpadded(text string) ([]byte, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	return raw, err == nil && base64.RawURLEncoding.EncodedLen(len(raw)) == len(text)
}
