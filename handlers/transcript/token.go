package transcript

import (
	"encoding/base64"
	"strings"
)

// Decoded are the two readable parts of a token (RFC 7519 section 3); ok is false for one that is no JWT.
// Nothing is verified: it is what is written in the token.
func Decoded(token string) (header, claims []Member, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, nil, false
	}
	for i, into := range []*[]Member{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			return nil, nil, false
		}
		*into = Members(raw)
	}
	return header, claims, header != nil && claims != nil
}
