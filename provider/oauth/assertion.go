package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

const (
	// assertionType is the one type of client_assertion_type (RFC 7523 section 2.2).
	assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	// maxAssertion bounds what is parsed, in bytes: endless dots and deep nesting are how
	// JOSE parsers were brought down (go-jose CVE-2025-27144, CVE-2026-116586).
	maxAssertion = 8 << 10
	// assertionLifetime is how far ahead exp may be: a jti is kept that long, and one that
	// lives for a year would have to be kept for a year.
	assertionLifetime = 5 * time.Minute
	// assertionSkew is how far a client's clock may be ahead of the server's: FAPI 2.0 accepts
	// at least 10 and at most 60 seconds.
	assertionSkew = time.Minute
	maxJTI        = 256
	// assertionKind is the typ that draft-ietf-oauth-rfc7523bis gives assertions.
	assertionKind = "client-authentication+jwt"
)

// replayStore remembers which assertions were used. It returns provider.ErrConflict for one
// that was used before.
type replayStore interface {
	UseJTI(ctx context.Context, clientID string, jti [sha256.Size]byte, until time.Time) error
}

// keyFinder finds a client's public keys.
type keyFinder interface {
	Keys(ctx context.Context, c *client.Client, kid string) (client.KeySet, error)
}

// Assertions verifies client assertions: private_key_jwt and client_secret_jwt (RFC 7523
// section 3, OpenID Connect Core section 9). fosite's checks respond with 500 to an expired one,
// tolerate no clock skew, and accept one that is meant for another server too.
type Assertions struct {
	keys      keyFinder
	secrets   *client.Secrets
	replays   replayStore
	clock     provider.Clock
	audiences []string
	shared    bool
}

// NewAssertions makes an Assertions for a provider that is named by any of the audiences:
// the issuer and the token endpoint. Shared lets clients sign with their secret.
func NewAssertions(keys keyFinder, secrets *client.Secrets, replays replayStore, clock provider.Clock, shared bool, audiences ...string) *Assertions {
	return &Assertions{keys: keys, secrets: secrets, replays: replays, clock: clock, audiences: audiences, shared: shared}
}

// assertion is a presented assertion, parsed and not verified.
type assertion struct {
	text   string
	header provider.JOSEHeader
	claims struct {
		Issuer    string   `json:"iss"`
		Subject   string   `json:"sub"`
		Audience  any      `json:"aud"`
		ID        string   `json:"jti"`
		ExpiresAt *float64 `json:"exp"`
		IssuedAt  *float64 `json:"iat"`
		NotBefore *float64 `json:"nbf"`
	}
}

// parseAssertion parses a presented assertion far enough to know which client it names.
func parseAssertion(form url.Values) (*assertion, error) {
	malformed := authenticationFailed(refusal.CheckAssertion, "")
	a := &assertion{text: form.Get("client_assertion")}
	parts := strings.Split(a.text, ".")
	if form.Get("client_assertion_type") != assertionType || len(a.text) > maxAssertion || len(parts) != 3 {
		return nil, malformed
	}
	var ok bool
	if a.header, ok = provider.ReadJOSEHeader(a.text); !ok || !a.header.Is(assertionKind) {
		return nil, malformed
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || provider.TooDeep(raw) || provider.JSONFault(raw) != nil || json.Unmarshal(raw, &a.claims) != nil {
		return nil, malformed
	}
	if a.claims.Subject == "" {
		return nil, authenticationFailed(refusal.CheckAssertionClaims, "")
	}
	if id := form.Get("client_id"); id != "" && id != a.claims.Subject {
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckClientAuthCount,
			"client_id in the body names another client than the assertion.")
	}
	return a, nil
}

// method is the authentication method that the assertion belongs to.
func (a *assertion) method() client.AuthMethod {
	if strings.HasPrefix(a.header.Algorithm, "HS") {
		return client.SecretJWT
	}
	return client.PrivateKeyJWT
}

// Verify checks that the client signed the assertion, for this server, that it is valid now, and
// that it was not used before.
func (v *Assertions) Verify(ctx context.Context, c *client.Client, a *assertion) error {
	if err := v.signature(ctx, c, a); err != nil {
		return err
	}
	if err := v.claims(c, a); err != nil {
		return err
	}
	until, err := v.times(ctx, c, a)
	if err != nil {
		return err
	}
	err = v.replays.UseJTI(ctx, c.ID, sha256.Sum256([]byte(a.claims.ID)), until)
	if errors.Is(err, provider.ErrConflict) {
		return authenticationFailed(refusal.CheckAssertionReplay, c.ID)
	}
	if err != nil {
		return fmt.Errorf("record the assertion: %w", err)
	}
	return nil
}

func (v *Assertions) signature(ctx context.Context, c *client.Client, a *assertion) error {
	allowed := client.SigningAlgorithms()
	if c.AuthMethod == client.SecretJWT {
		allowed = []string{string(jose.HS256)}
	}
	if c.AuthSigningAlg != "" {
		allowed = []string{c.AuthSigningAlg}
	}
	if c.AuthMethod == client.SecretJWT && !v.shared {
		return authenticationFailed(refusal.CheckSharedKeys, c.ID)
	}
	if !slices.Contains(allowed, client.KnownAs(a.header.Algorithm)) {
		return authenticationFailed(refusal.CheckAssertion, c.ID).Compare(refusal.FieldAlgorithm, strings.Join(allowed, " "), a.header.Algorithm)
	}
	jws, err := client.ParseSigned(a.text, a.header.Algorithm)
	if err != nil {
		return authenticationFailed(refusal.CheckAssertion, c.ID)
	}
	candidates, err := v.candidates(ctx, c, a)
	if err != nil {
		return err
	}
	for _, key := range candidates {
		if _, err := jws.Verify(key); err == nil {
			return nil
		}
	}
	return authenticationFailed(refusal.CheckAssertionKey, c.ID)
}

// candidates are the keys that may have signed: by kid where the assertion names one, else
// every key of the client that fits (RFC 7517 section 4.5: kid is optional).
func (v *Assertions) candidates(ctx context.Context, c *client.Client, a *assertion) ([]any, error) {
	if c.AuthMethod == client.SecretJWT {
		shared, err := v.secrets.SharedKeys(c, v.clock.Now(ctx))
		if err != nil {
			return nil, err
		}
		keys := make([]any, len(shared))
		for i, key := range shared {
			keys[i] = key
		}
		return keys, nil
	}
	set, err := v.keys.Keys(ctx, c, a.header.KeyID)
	if err != nil {
		return nil, authenticationFailed(refusal.CheckKeySetFetch, c.ID).Because(err)
	}
	var keys []any
	for _, key := range set.Signing(client.KnownAs(a.header.Algorithm), a.header.KeyID) {
		keys = append(keys, key.Key)
	}
	return keys, nil
}

// claims checks that iss and sub are the client and that aud is this server alone. A list could
// name another server too, which would then hold an assertion that is valid here
// (draft-ietf-oauth-rfc7523bis, CVE-2025-27370).
func (v *Assertions) claims(c *client.Client, a *assertion) error {
	failed := authenticationFailed(refusal.CheckAssertionClaims, c.ID)
	audience, single := soleAudience(a.claims.Audience, c.AssertionIssuerOnly)
	audiences := v.audiences
	if c.AssertionIssuerOnly {
		audiences = audiences[:1]
	}
	switch {
	case a.claims.Issuer != c.ID || a.claims.Subject != c.ID:
		return failed
	case !single || !slices.Contains(audiences, audience):
		return failed.Compare(refusal.FieldAudience, v.audiences[0], fmt.Sprint(a.claims.Audience))
	case a.claims.ID == "" || len(a.claims.ID) > maxJTI:
		return failed
	}
	return nil
}

// soleAudience returns the only audience of the claim: a string or, unless strict, a list of one,
// which is how several libraries write it.
func soleAudience(claim any, strict bool) (string, bool) {
	if list, ok := claim.([]any); ok && len(list) == 1 && !strict {
		claim = list[0]
	}
	audience, ok := claim.(string)
	return audience, ok
}

// times checks the times of the assertion and returns when it expires.
func (v *Assertions) times(ctx context.Context, c *client.Client, a *assertion) (time.Time, error) {
	now := v.clock.Now(ctx)
	failed := func(claim string, at time.Time, ok bool) error {
		if ok {
			claim += " " + instantText(at)
		}
		return authenticationFailed(refusal.CheckAssertionTime, c.ID).Compare(refusal.FieldTime, claim, instantText(now))
	}
	expires, ok := instant(a.claims.ExpiresAt)
	if !ok || !now.Before(expires) || expires.After(now.Add(assertionLifetime+assertionSkew)) {
		limit := now.Add(assertionLifetime + assertionSkew)
		if ok && expires.After(limit) {
			return time.Time{}, authenticationFailed(refusal.CheckAssertionTime, c.ID).
				Compare(refusal.FieldTime, "exp at most "+instantText(limit)+", not "+instantText(expires), instantText(now))
		}
		return time.Time{}, failed("exp", expires, ok)
	}
	for _, c := range []struct {
		name string
		at   *float64
	}{{"iat", a.claims.IssuedAt}, {"nbf", a.claims.NotBefore}} {
		limit := now.Add(assertionSkew)
		if at, ok := instant(c.at); c.at != nil && (!ok || at.After(limit)) {
			return time.Time{}, failed(c.name+" at most "+instantText(limit)+", not", at, ok)
		}
	}
	return expires, nil
}

// instant reads a NumericDate (RFC 7519 section 2), which may have a fraction.
func instant(seconds *float64) (time.Time, bool) {
	if seconds == nil || math.IsNaN(*seconds) || *seconds < 0 || *seconds > 1<<40 {
		return time.Time{}, false
	}
	whole, fraction := math.Modf(*seconds)
	return time.Unix(int64(whole), int64(fraction*1e9)), true
}
