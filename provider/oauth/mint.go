package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// signer signs with the key that is active for an algorithm.
type signer interface {
	Sign(ctx context.Context, alg keys.Algorithm, typ string, payload []byte) (string, error)
}

// Minter writes JWT access tokens (RFC 9068).
type Minter struct {
	keys   signer
	issuer string
}

// NewMinter makes a Minter for the given issuer.
func NewMinter(keys signer, issuer string) *Minter { return &Minter{keys: keys, issuer: issuer} }

// accessTokenType keeps an access token from being taken for an ID token, and the other
// way round (RFC 9068 section 2.1, threats 35).
const accessTokenType = "at+jwt"

type accessTokenClaims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  any    `json:"aud"` // a string for one, an array for several
	ClientID  string `json:"client_id"`
	Scope     string `json:"scope,omitempty"`
	ID        string `json:"jti"`
	IssuedAt  int64  `json:"iat"`
	ExpiresAt int64  `json:"exp"`
}

// MintAccessToken signs the token with ES256, whatever the client's ID tokens use. The
// claims are built afresh for each token (fosite.md 19: a copied session kept the first
// token's iat). A token for nobody in particular is for the issuer itself.
func (m *Minter) MintAccessToken(ctx context.Context, g *grant.Grant, t *grant.Token) (string, error) {
	claims := accessTokenClaims{
		Issuer:    m.issuer,
		Subject:   subjectOf(g),
		Audience:  audienceClaim(g.Audience, m.issuer),
		ClientID:  g.ClientID,
		Scope:     strings.Join(g.Scopes, " "),
		ID:        t.ID.String(),
		IssuedAt:  t.IssuedAt.Unix(),
		ExpiresAt: t.AccessExpiresAt.Unix(),
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("oauth: marshal access token claims: %w", err)
	}
	return m.keys.Sign(ctx, keys.ES256, accessTokenType, payload)
}

func audienceClaim(audience []string, issuer string) any {
	switch len(audience) {
	case 0:
		return issuer
	case 1:
		return audience[0]
	default:
		return audience
	}
}
