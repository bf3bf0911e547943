package oauth

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/grant"
	"github.com/gatehouse-id/gatehouse/provider/keys"
)

// userFinder finds a user by id.
type userFinder interface {
	User(ctx context.Context, id provider.ID) (*account.User, error)
}

// idTokenKeys signs and verifies ID tokens, and decrypts those that come back encrypted to this server.
type idTokenKeys interface {
	signer
	decrypter
	Verify(ctx context.Context, text, typ string, algorithms ...keys.Algorithm) ([]byte, error)
}

// idTokenType tells ID tokens from access tokens, which are at+jwt unless their client is
// registered otherwise.
const idTokenType = "JWT"

// IDTokens writes and reads ID tokens (OpenID Connect Core section 2).
type IDTokens struct {
	keys    idTokenKeys
	users   userFinder
	scopes  scopeCatalogue
	answers *Answers
	issuer  string
	clock   provider.Clock
	// lifetime is how long an ID token is valid, for clients that have no lifetime of their own.
	lifetime time.Duration
}

// NewIDTokens makes an IDTokens for the given issuer.
func NewIDTokens(k idTokenKeys, users userFinder, scopes scopeCatalogue, answers *Answers, issuer string, clock provider.Clock, lifetime time.Duration) *IDTokens {
	return &IDTokens{keys: k, users: users, scopes: scopes, answers: answers, issuer: issuer, clock: clock, lifetime: lifetime}
}

// Issue signs the ID token that is returned with an access token, a code, or alone. It has the claims
// about the user that the claims parameter requests for it; claims released by scope are at UserInfo
// (OpenID Connect Core section 5.4), and in the ID token too for clients registered so, or where it
// comes alone, with nothing that UserInfo could be called with. One beside a code has none of them:
// it goes through a browser, and the one that the code is exchanged for has them all (section
// 3.3.3.6). It is encrypted for clients registered so, and refused where the client has no key for that.
func (i *IDTokens) Issue(ctx context.Context, c *client.Client, x *grant.Prepared) (string, error) {
	alg := keys.Algorithm(c.IDTokenAlgorithm())
	g := x.Grant
	claims := map[string]any{}
	if x.Code == "" {
		var err error
		if claims, err = i.aboutUser(ctx, c, g, x.Scopes, x.AccessToken == ""); err != nil {
			return "", err
		}
	}
	now := i.clock.Now(ctx)
	claims["iss"], claims["sub"], claims["aud"] = i.issuer, i.answers.ofGrant(c, g), c.ID
	lifetime := i.lifetime
	if c.IDTokenLifetime > 0 {
		lifetime = c.IDTokenLifetime
	}
	claims["iat"], claims["exp"] = now.Unix(), now.Add(lifetime).Unix()
	if x.AccessToken != "" {
		claims["at_hash"] = halfHash(alg, x.AccessToken)
	}
	if x.Code != "" {
		claims["c_hash"] = halfHash(alg, x.Code)
	}
	claims["acr"], claims["amr"] = g.ACR, g.AMR
	if sid := g.SessionName(); !sid.IsZero() { // the password grant has none
		claims["sid"] = i.answers.session(c, sid)
	}
	if g.AuthTime != nil {
		claims["auth_time"] = g.AuthTime.Unix()
	}
	if x.Nonce != "" {
		claims["nonce"] = x.Nonce
	}
	return i.answers.idToken(ctx, c, alg, idTokenType, claims)
}

// aboutUser returns the claims about the user, who is read only where there are some. Alone: nothing
// comes with the ID token.
func (i *IDTokens) aboutUser(ctx context.Context, c *client.Client, g *grant.Grant, scopes []string, alone bool) (map[string]any, error) {
	asked, err := parseClaims(g.Claims)
	if err != nil {
		return nil, fmt.Errorf("oauth: claims of grant %s: %w", g.ID, err)
	}
	allScopes := alone || c.IDTokenClaims
	if len(asked.IDToken) == 0 && !allScopes {
		return map[string]any{}, nil
	}
	may := newRelease(c, i.scopes, g, scopes)
	wanted := func(claim string) bool {
		return (allScopes && may.byScope(claim)) || may.byName(claim, asked.IDToken)
	}
	if !slices.ContainsFunc(consent.Claims(), wanted) {
		return map[string]any{}, nil
	}
	u := g.User
	if u == nil {
		if u, err = i.users.User(ctx, g.UserID); err != nil {
			return nil, fmt.Errorf("find user: %w", err)
		}
	}
	return pick(u, wanted), nil
}

// halfHash is at_hash and c_hash: the left half of the hash that the algorithm uses (OpenID Connect
// Core sections 3.1.3.6 and 3.3.2.11). fosite uses SHA-256 for all of them.
func halfHash(alg keys.Algorithm, text string) string {
	if alg == keys.EdDSA { // Ed25519 hashes with SHA-512
		sum := sha512.Sum512([]byte(text))
		return base64.RawURLEncoding.EncodeToString(sum[:32])
	}
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// Hint is an ID token of this server that came back as id_token_hint. It may have expired (OpenID
// Connect RP-Initiated Logout section 2).
type Hint struct {
	Subject string
	// SessionID is what ID tokens call the session: the id of the first, where others replaced it. That a client has a name of
	// its own for it does not show.
	SessionID string
	Audience  []string

	// userID is the user of a pairwise subject.
	userID provider.ID
}

// Means tells whether the hint is about a user. A client whose kind of subjects has changed keeps ID tokens of
// before, so both kinds are read.
func (h *Hint) Means(u *account.User) bool {
	return h.Subject == u.Subject || (!h.userID.IsZero() && h.userID == u.ID)
}

// errHint is returned for a text that is no ID token of this server.
var errHint = errors.New("oauth: not an ID token of this issuer")

// errEncryptedHint is returned for one that is encrypted, and not to this server.
var errEncryptedHint = fmt.Errorf("%w: it is encrypted to another", errHint)

// Hint verifies an id_token_hint with any of the published keys. One that is encrypted to the client cannot be read:
// the client sends what was in it, and may encrypt that to this server, which has a key for it where it takes encrypted
// request objects (OpenID Connect Core section 3.1.2.1).
func (i *IDTokens) Hint(ctx context.Context, text string) (Hint, error) {
	if isEncrypted(text) {
		signed, err := i.keys.Decrypt(ctx, text)
		if err != nil {
			return Hint{}, fmt.Errorf("%w: %w", errEncryptedHint, err)
		}
		text = string(signed)
	}
	payload, err := i.keys.Verify(ctx, text, idTokenType, keys.RS256, keys.PS256, keys.ES256, keys.EdDSA)
	if err != nil {
		return Hint{}, fmt.Errorf("%w: %w", errHint, err)
	}
	var claims struct {
		Issuer    string `json:"iss"`
		Subject   string `json:"sub"`
		Audience  string `json:"aud"`
		SessionID string `json:"sid"`
		ClientID  string `json:"client_id"`
	}
	// client_id tells an access token that is registered to have the same typ.
	if err := json.Unmarshal(payload, &claims); err != nil || claims.ClientID != "" || claims.Issuer != i.issuer || claims.Subject == "" || claims.Audience == "" {
		return Hint{}, errHint
	}
	hint := Hint{Subject: claims.Subject, SessionID: i.answers.sessionOf(claims.SessionID), Audience: []string{claims.Audience}}
	hint.userID, _ = i.answers.Read(claims.Subject)
	return hint, nil
}
