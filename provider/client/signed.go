package client

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// ed25519Name is the name by which RFC 9864 replaces EdDSA for keys of that curve. Libraries such as
// openid-client send it; go-jose does not know it.
const ed25519Name = "Ed25519"

// KnownAs is the name by which this server has an algorithm.
func KnownAs(alg string) string {
	if alg == ed25519Name {
		return string(jose.EdDSA)
	}
	return alg
}

// Signed is a compact JWS (RFC 7515) that somebody else signed, parsed and not verified.
type Signed struct {
	text   string
	parsed *jose.JSONWebSignature // nil: it is signed by Ed25519 under that name
}

// ParseSigned parses a compact JWS by the algorithm that its header has, which the caller has compared
// with those that are allowed.
func ParseSigned(text, alg string) (Signed, error) {
	if alg == ed25519Name {
		return Signed{text: text}, nil
	}
	parsed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	return Signed{text, parsed}, err
}

// VerifiedBy returns the payload if any of the keys verifies it.
func (s Signed) VerifiedBy(keys KeySet) ([]byte, error) {
	for _, k := range keys {
		if payload, err := s.Verify(k.Key); err == nil {
			return payload, nil
		}
	}
	return nil, jose.ErrCryptoFailure
}

// Verify returns the payload if the key verifies it.
func (s Signed) Verify(key any) ([]byte, error) {
	if s.parsed != nil {
		return s.parsed.Verify(key)
	}
	public, ok := key.(ed25519.PublicKey)
	at := strings.LastIndexByte(s.text, '.')
	if !ok || at < 0 {
		return nil, jose.ErrCryptoFailure
	}
	signature, err := base64.RawURLEncoding.DecodeString(s.text[at+1:])
	if err != nil || !ed25519.Verify(public, []byte(s.text[:at]), signature) {
		return nil, jose.ErrCryptoFailure
	}
	_, payload, _ := strings.Cut(s.text[:at], ".")
	return base64.RawURLEncoding.DecodeString(payload)
}
