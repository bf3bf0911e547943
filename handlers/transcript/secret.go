package transcript

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
)

// Secret is a random value of an application, for a state, a nonce or a PKCE verifier (RFC 6749 section 10.12, OpenID
// Connect Core section 15.5.2, RFC 7636 section 4.1). It panics without randomness.
func Secret(random io.Reader) string {
	var raw [32]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		panic("transcript: no randomness: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(raw[:])
}

// Challenge is the code_challenge of a verifier with S256 (RFC 7636 section 4.2).
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
