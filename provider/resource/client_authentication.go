package resource

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// assertionLifetime is how long an assertion is good: a request takes less.
const assertionLifetime = time.Minute

// credentials are what this API has of its own at the provider. Without any, something else
// authenticates it.
type credentials struct {
	issuer     string
	id, secret string
	inBody     bool
	key        *jose.JSONWebKey
}

// signs tells whether a key can sign assertions.
func signs(key *jose.JSONWebKey) bool {
	return !key.IsPublic() && slices.Contains(asymmetric(), jose.SignatureAlgorithm(key.Algorithm))
}

// post makes a request with the form, and with what authenticates this API (RFC 6749 section 2.3,
// RFC 7523 section 2.2).
func (c credentials) post(ctx context.Context, address string, form url.Values, now time.Time) (*http.Request, error) {
	basic := false
	switch {
	case c.key != nil:
		assertion, err := c.assertion(now)
		if err != nil {
			return nil, fmt.Errorf("sign client assertion: %w", err)
		}
		form.Set("client_id", c.id)
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", assertion)
	case c.inBody:
		form.Set("client_id", c.id)
		form.Set("client_secret", c.secret)
	default:
		basic = c.secret != ""
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	// By this net/http sends the request again where the provider had closed the idle connection that it
	// took; the header itself is not sent, having no value. To ask about a token twice does no harm (RFC
	// 7662), nor does a second token for the feed.
	r.Header["Idempotency-Key"] = nil
	if basic {
		// RFC 6749 section 2.3.1: form-encoded before they are joined, or a colon in the id would
		// end it.
		r.SetBasicAuth(url.QueryEscape(c.id), url.QueryEscape(c.secret))
	}
	return r, nil
}

// assertion is for one request (RFC 7523 section 3). Its audience is the issuer alone: with the URL
// of an endpoint, another server that this API believes could use it here.
func (c credentials) assertion(now time.Time) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(c.key.Algorithm), Key: c.key},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", err
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id) // never fails
	claims, err := json.Marshal(map[string]any{
		"iss": c.id, "sub": c.id, "aud": c.issuer,
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
