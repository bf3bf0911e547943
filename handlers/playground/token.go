package playground

import (
	"encoding/base64"
	"strings"
)

// decoded are the two readable parts of a token (RFC 7519 section 3); ok is false for one that is no JWT.
// Nothing is verified: the page shows what is written in it.
func decoded(token string) (header, claims []member, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, nil, false
	}
	for i, into := range []*[]member{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			return nil, nil, false
		}
		*into = members(raw)
	}
	return header, claims, header != nil && claims != nil
}
