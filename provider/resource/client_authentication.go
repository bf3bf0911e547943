package resource

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// assertionLifetime is how long an assertion is good: a request takes less.
const assertionLifetime = time.Minute

// authenticate adds what authenticates this API to the form. Basic credentials are a header.
func (i *introspector) authenticate(form url.Values) error {
	switch {
	case i.settings.SigningKey != nil:
		assertion, err := i.assertion()
		if err != nil {
			return fmt.Errorf("sign client assertion: %w", err)
		}
		form.Set("client_id", i.settings.ClientID)
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", assertion)
	case i.settings.SecretInBody:
		form.Set("client_id", i.settings.ClientID)
		form.Set("client_secret", i.settings.ClientSecret)
	}
	return nil
}

// assertion is for one request (RFC 7523 section 3). Its audience is the issuer alone: with the URL
// of an endpoint, another server that this API believes could use it here.
func (i *introspector) assertion() (string, error) {
	key := i.settings.SigningKey
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	now := i.verifier.options.Clock()
	claims, err := json.Marshal(map[string]any{
		"iss": i.settings.ClientID, "sub": i.settings.ClientID, "aud": i.verifier.issuer,
		"jti": base64.RawURLEncoding.EncodeToString(id), "iat": now.Unix(), "exp": now.Add(assertionLifetime).Unix(),
	})
	if err != nil {
		return "", err
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		return "", err
	}
	return signed.CompactSerialize()
}
