package resource

import (
	"bytes"
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
)

// wellFormed: RFC 6750 section 2.1.
func wellFormed(token string) bool {
	body := strings.TrimRight(token, "=")
	for i := range len(body) {
		c := body[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9',
			c == '-', c == '.', c == '_', c == '~', c == '+', c == '/':
		default:
			return false
		}
	}
	return body != ""
}

// isJWT tells a signed JWT by its form: three parts, of which the first is a JSON object. What is
// not one can only be good by introspection, which has checks of its own.
func isJWT(token string) bool {
	if strings.Count(token, ".") != 2 {
		return false
	}
	header, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(header)
	raw = bytes.TrimSpace(raw)
	return err == nil && len(raw) > 0 && raw[0] == '{'
}

// header is read without go-jose, which would parse the key in jwk and the certificates in x5c:
// nothing but kid may choose the key (RFC 8725 section 3.10).
type header struct {
	Algorithm string          `json:"alg"`
	KeyID     string          `json:"kid"`
	Type      string          `json:"typ"`
	Critical  json.RawMessage `json:"crit"`
	B64       json.RawMessage `json:"b64"`
}

// verifyJWT checks a JWT access token (RFC 9068 section 4).
func (v *Verifier) verifyJWT(ctx context.Context, token string, now time.Time) (*entry, *Error) {
	set, key, signed, refused := v.verifySignature(ctx, token, now, v.acceptType)
	if refused != nil {
		return nil, refused
	}
	c, err := parseClaims(signed.payload)
	if err != nil {
		return nil, refuse(BadClaims).because(err)
	}
	if refused := v.checkClaims(c, signed.untyped, now); refused != nil {
		return nil, refused
	}
	p := c.principal(signed.payload)
	return &entry{principal: &p, verifier: v, until: p.ExpiresAt.Add(v.options.Leeway), set: set, key: key}, nil
}

// signedPayload is what was signed; untyped: nothing in the header says what kind of token it is.
type signedPayload struct {
	payload []byte
	untyped bool
}

func (v *Verifier) verifySignature(ctx context.Context, token string, now time.Time, accept func(typ string) (typed, ok bool)) (*keySet, thumbprint, signedPayload, *Error) {
	failed := func(e *Error) (*keySet, thumbprint, signedPayload, *Error) {
		return nil, thumbprint{}, signedPayload{}, e
	}
	encoded, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		return failed(refuse(MalformedToken))
	}
	var h header
	if err := json.Unmarshal(raw, &h); err != nil {
		return failed(refuse(MalformedToken).because(jsonFault(err)))
	}
	// go-jose understands the critical parameter b64, by which the payload is something else than
	// what a JWT has.
	if h.Critical != nil || h.B64 != nil {
		return failed(refuse(CriticalHeader))
	}
	typed, ok := accept(h.Type)
	if !ok {
		return failed(refuse(WrongType))
	}
	alg := jose.SignatureAlgorithm(h.Algorithm)
	signature, err := jose.ParseSignedCompact(token, v.options.Algorithms)
	if err != nil {
		if !slices.Contains(v.options.Algorithms, alg) {
			return failed(refuse(AlgorithmNotAllowed))
		}
		return failed(refuse(MalformedToken).because(err))
	}
	set, found, refused := v.candidates(ctx, h.KeyID, alg, now)
	if refused != nil {
		return failed(refused)
	}
	for _, key := range found {
		if payload, err := signature.Verify(key.public); err == nil {
			return set, key.thumbprint, signedPayload{payload, !typed}, nil
		}
	}
	return failed(refuse(BadSignature))
}

// acceptType: typed tells that the header says that it is an access token (RFC 9068 section 2.1).
func (v *Verifier) acceptType(typ string) (typed, ok bool) {
	switch name := strings.ToLower(strings.TrimPrefix(strings.ToLower(typ), "application/")); name {
	case "at+jwt":
		return true, true
	case "jwt", "":
		return false, v.options.AcceptJWTType
	default:
		return false, false
	}
}

// candidates finds the keys that may have signed, and asks the provider once more if there is none.
func (v *Verifier) candidates(ctx context.Context, id string, alg jose.SignatureAlgorithm, now time.Time) (*keySet, []verifyingKey, *Error) {
	set, err := v.keys.current(ctx, now)
	if err != nil {
		return nil, nil, v.unavailable(err)
	}
	found, known := set.candidates(id, alg)
	if !known {
		set, err = v.keys.withUnknownKey(ctx, now)
		if set != nil {
			found, known = set.candidates(id, alg)
		}
		if !known && err != nil {
			return nil, nil, v.unavailable(err)
		}
	}
	switch {
	case !known:
		return nil, nil, refuse(UnknownKey)
	case len(found) == 0: // a key is for one algorithm (RFC 8725 section 3.1)
		return nil, nil, refuse(AlgorithmNotAllowed)
	}
	return set, found, nil
}

func (v *Verifier) unavailable(err error) *Error {
	e := refuse(ProviderUnavailable).because(err)
	e.RetryAfter = max(retryPause, retryAfter(err))
	return e
}

// checkClaims checks what RFC 9068 section 2.2 requires and an API relies on. A token without iat,
// or without jti, is accepted.
func (v *Verifier) checkClaims(c *claimSet, untyped bool, now time.Time) *Error {
	if c.Issuer != v.issuer {
		return refuse(WrongIssuer)
	}
	if !v.forUs(c.Audience) {
		return refuse(WrongAudience)
	}
	if c.ExpiresAt.IsZero() {
		return refuse(BadClaims)
	}
	if refused := v.checkTimes(c, now); refused != nil {
		return refused
	}
	if untyped && !looksLikeAccessToken(c) {
		return refuse(NotAnAccessToken)
	}
	// An API that compares owners of things to the subject must not compare to nothing.
	if c.Subject == "" {
		return refuse(BadClaims)
	}
	return nil
}

func (v *Verifier) checkTimes(c *claimSet, now time.Time) *Error {
	if !c.ExpiresAt.IsZero() && !now.Before(c.ExpiresAt.Add(v.options.Leeway)) {
		return refuse(Expired)
	}
	if latest := now.Add(v.options.Leeway); c.NotBefore.After(latest) || c.IssuedAt.After(latest) {
		return refuse(NotYetValid)
	}
	return nil
}

func (v *Verifier) forUs(audience []string) bool {
	for _, name := range audience {
		if slices.Contains(v.options.Audience, name) {
			return true
		}
	}
	return false
}

// looksLikeAccessToken tells access tokens from ID tokens and others whose header has no type of
// its own. An ID token without nonce and hashes is told by what it lacks: who may do what.
func looksLikeAccessToken(c *claimSet) bool {
	if !oneOf(c.Typ, "bearer", "at+jwt") || !oneOf(c.TokenUse, "access", "access_token") {
		return false
	}
	if said := c.Typ != nil || c.TokenUse != nil; c.foreign(said) {
		return false
	}
	return c.ClientID != "" || c.CID != "" || c.AppID != "" || c.Scope != nil || c.Scp != nil
}

// foreign tells whether there are claims of other tokens. A nonce is a guess only: some providers have it
// in access tokens too, such as older versions of Keycloak, so it counts unless the token says what it is.
func (c *claimSet) foreign(saidToBeAccessToken bool) bool {
	for _, claim := range []any{c.AccessTokenHash, c.CodeHash, c.StateHash, c.Events} {
		if claim != nil {
			return true
		}
	}
	return c.Nonce != nil && !saidToBeAccessToken
}

// oneOf accepts a missing value too.
func oneOf(value any, allowed ...string) bool {
	text, ok := value.(string)
	return value == nil || (ok && slices.Contains(allowed, strings.ToLower(text)))
}
