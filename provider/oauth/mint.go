package oauth

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// signer signs with the key that is active for an algorithm.
type signer interface {
	Sign(ctx context.Context, alg keys.Algorithm, typ string, payload []byte) (string, error)
}

// Minter writes JWT access tokens (RFC 9068).
type Minter struct {
	keys     signer
	users    userFinder
	subjects *Subjects
	issuer   string
}

// NewMinter makes a Minter for the given issuer.
func NewMinter(keys signer, users userFinder, subjects *Subjects, issuer string) *Minter {
	return &Minter{keys: keys, users: users, subjects: subjects, issuer: issuer}
}

type accessTokenClaims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Audience any    `json:"aud"` // a string for one, an array for several
	ClientID string `json:"client_id"`
	Scope    string `json:"scope,omitempty"`
	ID       string `json:"jti"`
	// GrantID is by what resource servers that follow the revocation feed know that the token ended.
	GrantID   string `json:"grant_id"`
	IssuedAt  int64  `json:"iat"`
	ExpiresAt int64  `json:"exp"`
	// ACR, AMR and AuthTime say how and when the user was authenticated (RFC 9068 section 2.2.1): a
	// resource server may demand more (RFC 9470).
	ACR      string   `json:"acr,omitempty"`
	AMR      []string `json:"amr,omitempty"`
	AuthTime int64    `json:"auth_time,omitempty"`
	// Roles and Groups are the user's (RFC 9068 section 2.2.3.1), of those that were granted.
	// Empty, they say that the user has none.
	Roles  []string `json:"roles,omitzero"`
	Groups []string `json:"groups,omitzero"`
}

// MintAccessToken signs the token as the client is registered, by default by ES256 and as at+jwt.
// The claims are built anew for each token: fosite's session would keep the iat of the first one.
// The audience of a token without one is the issuer. Its sub is that of the client, which can read it: the public
// subject of a user would undo pairwise ones (RFC 9068 section 6).
func (m *Minter) MintAccessToken(ctx context.Context, c *client.Client, g *grant.Grant, t *grant.Token) (string, error) {
	claims := accessTokenClaims{
		Issuer:    m.issuer,
		Subject:   m.subjects.ofGrant(c, g),
		Audience:  audienceClaim(g.Audience, m.issuer),
		ClientID:  g.ClientID,
		Scope:     strings.Join(g.Scopes, " "),
		ID:        t.ID.String(),
		GrantID:   t.GrantID.String(),
		IssuedAt:  t.IssuedAt.Unix(),
		ExpiresAt: t.AccessExpiresAt.Unix(),
		ACR:       g.ACR,
		AMR:       g.AMR,
		AuthTime:  authTimeOf(g),
	}
	if err := m.addRoles(ctx, &claims, g); err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("oauth: marshal access token claims: %w", err)
	}
	return m.keys.Sign(ctx, keys.Algorithm(cmp.Or(c.AccessTokenAlg, string(keys.ES256))), cmp.Or(c.AccessTokenTyp, client.TypeAccessToken), payload)
}

// addRoles reads the user only for a token with roles or groups.
func (m *Minter) addRoles(ctx context.Context, claims *accessTokenClaims, g *grant.Grant) error {
	roles, groups := slices.Contains(g.Scopes, "roles"), slices.Contains(g.Scopes, "groups")
	if g.UserID.IsZero() || (!roles && !groups) {
		return nil
	}
	u := g.User
	if u == nil {
		var err error
		if u, err = m.users.User(ctx, g.UserID); err != nil {
			return fmt.Errorf("find user: %w", err)
		}
	}
	if roles {
		claims.Roles = rolesOf(u)
	}
	if groups {
		claims.Groups = rolesOf(u)
	}
	return nil
}

// authTimeOf returns 0 where no user was authenticated.
func authTimeOf(g *grant.Grant) int64 {
	if g.AuthTime == nil {
		return 0
	}
	return g.AuthTime.Unix()
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
