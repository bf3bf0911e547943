package registration

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// maxStatement bounds a software statement in bytes.
const maxStatement = 16 << 10

const (
	// statementSkew is how far the clock of an issuer may be ahead.
	statementSkew = time.Minute
	// statementAge is how old a statement may be that does not say when it expires. Programs carry statements with
	// them: a copy of one must not make verified clients for ever.
	statementAge = 24 * time.Hour
)

// keySource finds public keys: those of a JWK set, or at a URL.
type keySource interface {
	Keys(ctx context.Context, c *client.Client, kid string) (client.KeySet, error)
}

// statement is a software statement (RFC 7591 section 2.3); zero: there is none.
type statement struct {
	text   string
	claims map[string]json.RawMessage
}

// vouches tells whether the issuer, whom the operator trusts, says who the client of a request is: its name, its redirect
// URIs, and all else that the request has of it but what does not say that, and how it uses the protocol.
func (s statement) vouches(asked map[string]json.RawMessage) bool {
	if s.claims[nameName] == nil || s.claims[redirectURIs] == nil {
		return false
	}
	protocol := append(harmless(), grantTypes, responseTypes, authMethod, applicationType)
	return !slices.ContainsFunc(Own(), func(name string) bool {
		return asked[name] != nil && s.claims[name] == nil && !slices.Contains(protocol, name)
	})
}

func forged(description string) *refusal.Refusal {
	return refusal.New(refusal.InvalidSoftwareStatement, refusal.CheckSoftwareStatement, description)
}

// statement verifies the one of a request. Whatever was asked beside it does not matter: it must come from
// an issuer that the operator named, and be signed by that one's keys.
func (r *Registry) statement(ctx context.Context, asked map[string]json.RawMessage) (statement, error) {
	value, named := asked[statementName]
	if !named {
		return statement{}, nil
	}
	text := textOf(value)
	parts := strings.Split(text, ".")
	if len(text) > maxStatement || len(parts) != 3 {
		return statement{}, forged("software_statement is no signed JWT of usual size.")
	}
	var claims map[string]json.RawMessage
	header, ok := provider.ReadJOSEHeader(text)
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if !ok || err != nil || provider.TooDeep(raw) || provider.JSONFault(raw) != nil || json.Unmarshal(raw, &claims) != nil || claims == nil {
		return statement{}, forged("software_statement is malformed.")
	}
	if !header.Is() {
		return statement{}, forged("software_statement is of another kind: its typ must be JWT or none.")
	}
	if !slices.Contains(client.SigningAlgorithms(), client.KnownAs(header.Algorithm)) {
		return statement{}, forged("software_statement must be signed by RS256, PS256, ES256 or EdDSA, with a key that its issuer publishes.")
	}
	issuer := textOf(claims["iss"])
	at := slices.IndexFunc(r.settings.Issuers, func(i StatementIssuer) bool { return i.Issuer == issuer })
	if at < 0 {
		return statement{}, refusal.New(refusal.UnapprovedSoftwareStatement, refusal.CheckStatementIssuer, "The issuer of software_statement is not approved.")
	}
	if err := r.signed(ctx, text, header, r.settings.Issuers[at]); err != nil {
		return statement{}, err
	}
	if err := r.valid(ctx, claims); err != nil {
		return statement{}, err
	}
	names := Own()
	maps.DeleteFunc(claims, func(name string, value json.RawMessage) bool {
		return !slices.Contains(names, name) || string(value) == "null"
	})
	return statement{text, claims}, nil
}

func (r *Registry) signed(ctx context.Context, text string, header provider.JOSEHeader, by StatementIssuer) error {
	jws, err := client.ParseSigned(text, header.Algorithm)
	if err != nil {
		return forged("software_statement is malformed.")
	}
	keys, err := r.Keys.Keys(ctx, &client.Client{JWKSURI: by.JWKSURI, JWKS: by.JWKS}, header.KeyID)
	if err != nil {
		return forged("The keys of the issuer of software_statement are not available.").Because(err)
	}
	if _, err := jws.VerifiedBy(keys.Signing(client.KnownAs(header.Algorithm), header.KeyID)); err != nil {
		return forged("software_statement is not signed by its issuer.")
	}
	return nil
}

// valid checks the times and the audience of a statement. It expires by its exp, or statementAge after its iat.
func (r *Registry) valid(ctx context.Context, claims map[string]json.RawMessage) error {
	now := r.Clock.Now(ctx)
	begun := func(at time.Time) bool { return !at.After(now.Add(statementSkew)) }
	checks := map[string]func(at time.Time) bool{"exp": now.Before, "nbf": begun, "iat": begun}
	if claims["exp"] == nil {
		if claims["iat"] == nil {
			return forged("software_statement must have an exp, or an iat.")
		}
		checks["iat"] = func(at time.Time) bool { return begun(at) && now.Before(at.Add(statementAge)) }
	}
	for name, good := range checks {
		value, named := claims[name]
		var seconds float64
		if named && (json.Unmarshal(value, &seconds) != nil || seconds < 0 || seconds > 1<<40 || !good(time.Unix(int64(seconds), 0))) {
			return forged("software_statement is not valid now.")
		}
	}
	if audience, named := claims["aud"]; named {
		var list []string
		if json.Unmarshal(audience, &list) != nil {
			list = []string{textOf(audience)}
		}
		if !slices.Contains(list, r.settings.Issuer) && !slices.Contains(list, r.settings.Endpoint) {
			return forged("software_statement is for another server.")
		}
	}
	return nil
}
