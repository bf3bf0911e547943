package keys

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
)

// Sign writes payload as a compact JWS with the key that is active for the algorithm and
// the given typ, or none if that is empty. It returns ErrNoKey.
func (m *Manager) Sign(ctx context.Context, alg Algorithm, typ string, payload []byte) (string, error) {
	k := m.current.Load().active(alg, m.clock.Now(ctx))
	if k == nil || alg.Encrypts() {
		return "", fmt.Errorf("%w: %s", ErrNoKey, alg)
	}
	// Algorithms and key ids come from this package, and types from constants of the callers: none needs escaping.
	header := `{"alg":"` + string(alg) + `","kid":"` + k.KID + `"`
	if typ != "" {
		header += `,"typ":"` + typ + `"`
	}
	header += "}"
	b64 := base64.RawURLEncoding
	out := make([]byte, 0, b64.EncodedLen(len(header))+b64.EncodedLen(len(payload))+400)
	out = b64.AppendEncode(out, []byte(header))
	out = append(out, '.')
	out = b64.AppendEncode(out, payload)
	signature, err := k.sign(m.random, out)
	if err != nil {
		return "", fmt.Errorf("keys: sign with %s: %w", k.KID, err)
	}
	out = append(out, '.')
	return string(b64.AppendEncode(out, signature)), nil
}

func (k *signingKey) sign(random io.Reader, input []byte) ([]byte, error) {
	if k.Algorithm == EdDSA {
		return k.private.Sign(random, input, crypto.Hash(0))
	}
	digest := sha256.Sum256(input)
	switch k.Algorithm {
	case PS256:
		return k.private.Sign(random, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: crypto.SHA256})
	case ES256:
		der, err := k.private.Sign(random, digest[:], crypto.SHA256)
		if err != nil {
			return nil, err
		}
		return joseSignature(der)
	default:
		return k.private.Sign(random, digest[:], crypto.SHA256)
	}
}

// joseSignature converts the ASN.1 form of an ECDSA signature into the two 32-byte numbers that
// RFC 7518 section 3.4 requires.
func joseSignature(der []byte) ([]byte, error) {
	var numbers struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &numbers); err != nil {
		return nil, err
	}
	out := make([]byte, 64)
	numbers.R.FillBytes(out[:32])
	numbers.S.FillBytes(out[32:])
	return out, nil
}
