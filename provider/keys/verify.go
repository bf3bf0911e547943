package keys

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/provider"
)

// maxJWT bounds what is parsed, in bytes: many dots and deep nesting are known attacks on JOSE
// parsers (go-jose CVE-2025-27144, CVE-2026-116586).
const maxJWT = 8 << 10

// Verify returns the payload of a compact JWS that one of the published keys signed, with the
// given typ and one of the algorithms. The key id selects the key and the key the algorithm: the
// header's alg is only compared. Headers that embed a key or change how the payload is read are
// refused. It returns ErrInvalidJWT.
func (m *Manager) Verify(ctx context.Context, text, typ string, algorithms ...Algorithm) ([]byte, error) {
	if len(text) > maxJWT || strings.Count(text, ".") != 2 {
		return nil, ErrInvalidJWT
	}
	allowed := make([]jose.SignatureAlgorithm, len(algorithms))
	for i, a := range algorithms {
		allowed[i] = jose.SignatureAlgorithm(a)
	}
	jws, err := jose.ParseSignedCompact(text, allowed)
	if err != nil || len(jws.Signatures) != 1 {
		return nil, ErrInvalidJWT
	}
	header, ok := provider.ReadJOSEHeader(text)
	if !ok || header.Type != typ {
		return nil, ErrInvalidJWT
	}
	k, ok := m.current.Load().byKID[header.KeyID]
	if !ok || gone(k.Key, m.clock.Now(ctx)) || string(k.Algorithm) != header.Algorithm || k.Algorithm.Encrypts() {
		return nil, ErrInvalidJWT
	}
	payload, err := jws.Verify(k.public.Key)
	if err != nil || !json.Valid(payload) {
		return nil, ErrInvalidJWT
	}
	return payload, nil
}
