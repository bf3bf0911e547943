package resourcetest

import (
	"crypto/rand"
	"encoding/json"
	"maps"

	"github.com/go-jose/go-jose/v4"
)

// Token returns a JWT access token (RFC 9068) that is valid for an hour.
func (i *Issuer) Token(claims Claims) string {
	i.t.Helper()
	return i.Sign(Claims{"typ": "at+jwt"}, claims)
}

// Sign returns a JWT with other header parameters than an access token has, such as
// {"typ": "JWT"}. The key, its kid and its algorithm are the issuer's; a kid in the header replaces
// its own.
func (i *Issuer) Sign(header, claims Claims) string {
	i.t.Helper()
	all := i.complete(claims)
	i.mu.Lock()
	key := i.keys[len(i.keys)-1]
	i.mu.Unlock()
	token := i.SignWith(key, header, all)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.issued[token] = withType(all)
	return token
}

// withType is what introspection adds: a JWT says what it is in its header.
func withType(claims Claims) Claims {
	typed := Claims{"token_type": "Bearer"}
	maps.Copy(typed, claims)
	return typed
}

// SignWith returns a JWT by another key, such as one that the issuer does not know. The claims are
// those that are given, and no others.
func (i *Issuer) SignWith(key jose.JSONWebKey, header, claims Claims) string {
	i.t.Helper()
	options := &jose.SignerOptions{}
	for name, value := range header {
		options.WithHeader(jose.HeaderKey(name), value)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		i.t.Fatalf("resourcetest: marshal claims: %v", err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, options)
	if err != nil {
		i.t.Fatalf("resourcetest: make signer: %v", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		i.t.Fatalf("resourcetest: sign: %v", err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		i.t.Fatalf("resourcetest: serialize: %v", err)
	}
	return text
}

// Opaque returns an access token that means nothing without introspection. The claims are those of
// the introspection response; token_type is Bearer unless they say otherwise.
func (i *Issuer) Opaque(claims Claims) string {
	i.t.Helper()
	all := i.complete(withType(claims))
	token := "opaque_" + rand.Text()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.issued[token] = all
	return token
}
