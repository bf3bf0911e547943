package grant

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/token"
)

// maxJWT bounds a presented JWT in bytes before it is parsed: deep nesting and many dots exhaust
// parsers (go-jose CVE-2025-27144, CVE-2026-116586).
const maxJWT = 8 << 10

// address reads the row id and the kind from a presented token; the kind is empty for what is
// neither an access nor a refresh token. That proves nothing: the caller compares the hash of the
// whole text next.
func address(text string) (provider.ID, token.Kind) {
	if strings.HasPrefix(text, "gh_") {
		t, err := token.Parse(text)
		if err != nil || (t.Kind != token.Access && t.Kind != token.Refresh) {
			return provider.ID{}, ""
		}
		return t.ID, t.Kind
	}
	if id, ok := jwtAddress(text); ok {
		return id, token.Access
	}
	return provider.ID{}, ""
}

// jwtAddress reads the jti of a JWT without verifying it. The row has a keyed hash of the exact
// bytes that were signed, which proves more than a signature would.
func jwtAddress(text string) (provider.ID, bool) {
	if len(text) > maxJWT {
		return provider.ID{}, false
	}
	_, rest, ok := strings.Cut(text, ".")
	payload, signature, ok2 := strings.Cut(rest, ".")
	if !ok || !ok2 || strings.Contains(signature, ".") {
		return provider.ID{}, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || provider.TooDeep(raw) {
		return provider.ID{}, false
	}
	var claims struct {
		JTI string `json:"jti"`
	}
	if json.Unmarshal(raw, &claims) != nil {
		return provider.ID{}, false
	}
	id, err := provider.ParseID(claims.JTI)
	return id, err == nil
}
