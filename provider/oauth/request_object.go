package oauth

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

const (
	// maxRequestObject bounds what is parsed, in bytes: see maxAssertion. The claims parameter is in it,
	// and an encrypted one is encoded twice.
	maxRequestObject = 16 << 10
	// requestObjectSkew is how far a client's clock may be ahead of the server's.
	requestObjectSkew = assertionSkew
	// objectKind is the typ of RFC 9101 section 10.8.
	objectKind = "oauth-authz-req+jwt"
)

// RequestObjectSettings are what an operator chooses about request objects.
type RequestObjectSettings struct {
	// Issuer is what the aud of an object has to have.
	Issuer string
	// ByValue offers the parameter request, ByReference request_uri.
	ByValue, ByReference bool
	// Encrypted lets objects be encrypted to this server.
	Encrypted bool
}

// decrypter decrypts what was encrypted to this server.
type decrypter interface {
	Decrypt(ctx context.Context, text string) ([]byte, error)
}

// isEncrypted tells a compact JWE from what is only signed (RFC 7516 section 9).
func isEncrypted(text string) bool { return strings.Count(text, ".") == 4 }

// RequestObjects reads request objects (RFC 9101, OpenID Connect Core section 6). fosite accepts
// unsigned ones, does not look at iss, aud and exp, mixes what is inside with what is outside, and
// breaks numbers and objects.
type RequestObjects struct {
	RequestObjectSettings

	keys    keyFinder
	decrypt decrypter
	fetched *requestURIs
	clock   provider.Clock
}

// NewRequestObjects makes a RequestObjects.
func NewRequestObjects(s RequestObjectSettings, keys keyFinder, decrypt decrypter, fetch fetcher, clock provider.Clock) *RequestObjects {
	return &RequestObjects{RequestObjectSettings: s, keys: keys, decrypt: decrypt, fetched: newRequestURIs(fetch, clock), clock: clock}
}

// invalidObject refuses a request object. The client is told what to change, and nothing of what came.
func invalidObject(check refusal.Check, c *client.Client, description string) *refusal.Refusal {
	return refusal.New(refusal.InvalidRequestObject, check, description).For(c.ID)
}

// claimsOf verifies a request object of a client and returns its claims.
func (o *RequestObjects) claimsOf(ctx context.Context, c *client.Client, text string) (map[string]json.RawMessage, error) {
	if len(text) > maxRequestObject {
		return nil, invalidObject(refusal.CheckObject, c, "The request object is too long.")
	}
	if c.JWKS == "" && c.JWKSURI == "" { // before anything is decrypted, which costs more than to ask
		return nil, invalidObject(refusal.CheckObjectSignature, c, "The client has no keys registered (jwks or jwks_uri) that a request object could be verified by.")
	}
	if isEncrypted(text) {
		inner, err := o.decrypted(ctx, c, text)
		if err != nil {
			return nil, err
		}
		text = inner
	}
	payload, err := o.verified(ctx, c, text)
	if err != nil {
		return nil, err
	}
	var claims map[string]json.RawMessage
	if provider.TooDeep(payload) || provider.JSONFault(payload) != nil || json.Unmarshal(payload, &claims) != nil {
		return nil, invalidObject(refusal.CheckObject, c, "The claims of the request object are not a JSON object, nested too deeply, or there twice.")
	}
	if err := o.addressed(c, claims); err != nil {
		return nil, err
	}
	return claims, o.timely(ctx, c, claims)
}

// decrypted is the signed object in an encrypted one. It is not encrypted again: one level is all
// that RFC 9101 section 6.1 knows. Whatever is wrong, the text is the same.
func (o *RequestObjects) decrypted(ctx context.Context, c *client.Client, text string) (string, error) {
	failed := invalidObject(refusal.CheckObjectEncryption, c, "The request object could not be decrypted.")
	header, ok := provider.ReadJOSEHeader(text)
	if !ok || !o.Encrypted || !header.Is(objectKind) ||
		(c.RequestObjectEncryptionAlg != "" && header.Algorithm != c.RequestObjectEncryptionAlg) ||
		(c.RequestObjectEncryptionEnc != "" && header.Encryption != c.RequestObjectEncryptionEnc) {
		return "", failed
	}
	plain, err := o.decrypt.Decrypt(ctx, text)
	if err != nil {
		return "", failed.Because(err)
	}
	return string(plain), nil
}

// verified is the payload of an object that a key of the client signed. An unsigned one is never
// accepted, nor one of a shared secret: whoever knows a public key could use that as one (RFC 8725
// section 2.1).
func (o *RequestObjects) verified(ctx context.Context, c *client.Client, text string) ([]byte, error) {
	header, ok := provider.ReadJOSEHeader(text)
	if !ok || strings.Count(text, ".") != 2 || !header.Is(objectKind) {
		return nil, invalidObject(refusal.CheckObject, c, "The request object is not a signed JWT with the typ oauth-authz-req+jwt, JWT or none.")
	}
	allowed := client.SigningAlgorithms()
	if c.RequestObjectAlg != "" {
		allowed = []string{c.RequestObjectAlg}
	}
	if !slices.Contains(allowed, client.KnownAs(header.Algorithm)) {
		return nil, invalidObject(refusal.CheckObjectSignature, c, "The request object must be signed with one of "+strings.Join(allowed, ", ")+".").
			Compare(refusal.FieldAlgorithm, strings.Join(allowed, " "), header.Algorithm)
	}
	jws, err := client.ParseSigned(text, header.Algorithm)
	if err != nil {
		return nil, invalidObject(refusal.CheckObject, c, "The request object is not a well-formed JWT.").Because(err)
	}
	set, err := o.keys.Keys(ctx, c, header.KeyID)
	if err != nil {
		return nil, invalidObject(refusal.CheckKeySetFetch, c, "The keys of the client could not be fetched from its jwks_uri.").Because(err)
	}
	payload, err := jws.VerifiedBy(set.Signing(client.KnownAs(header.Algorithm), header.KeyID))
	if err != nil {
		return nil, invalidObject(refusal.CheckObjectSignature, c, "No key of the client verifies the signature of the request object.")
	}
	return payload, nil
}

// addressed checks that the object is the client's and for this server. iss and aud are required: by
// them the object is no other JWT of the client, and one that was made for another server is refused
// here. Beside the issuer nothing counts as this server: an object for the URL of an endpoint may have
// been made for whoever claimed to have that endpoint.
func (o *RequestObjects) addressed(c *client.Client, claims map[string]json.RawMessage) error {
	failed := func(description string) *refusal.Refusal {
		return invalidObject(refusal.CheckObjectClaims, c, description)
	}
	if jsonText(claims["iss"]) != c.ID {
		return failed("The iss of the request object must be the client_id.")
	}
	if id, ok := claims["client_id"]; ok && jsonText(id) != c.ID {
		return failed("The client_id in the request object must be the one beside it.")
	}
	if jsonText(claims["sub"]) == c.ID { // such a JWT is an assertion of the client (RFC 9101 section 10.8)
		return failed("The request object must not have the client_id as its sub.")
	}
	audience := jsonList(claims["aud"])
	if !slices.Contains(audience, o.Issuer) {
		return failed("The aud of the request object must be the issuer of this server.").
			Compare(refusal.FieldAudience, o.Issuer, strings.Join(audience, " "))
	}
	return nil
}

// timely checks the times of an object that has them. RFC 9101 section 4 and OpenID Connect Core
// section 6.1 require none: objects at a request_uri may be made once for all.
func (o *RequestObjects) timely(ctx context.Context, c *client.Client, claims map[string]json.RawMessage) error {
	now := o.clock.Now(ctx)
	for _, name := range []string{"exp", "nbf", "iat"} {
		raw, ok := claims[name]
		if !ok {
			continue
		}
		var seconds float64
		at, sound := time.Time{}, json.Unmarshal(raw, &seconds) == nil && string(raw) != "null"
		if sound {
			at, sound = instant(&seconds)
		}
		if name == "exp" {
			sound = sound && now.Before(at)
		} else {
			sound = sound && !at.After(now.Add(requestObjectSkew))
		}
		if !sound {
			return invalidObject(refusal.CheckObjectTime, c, "The request object has expired or is not valid yet, by its "+name+".").
				Compare(refusal.FieldTime, name+" "+instantText(at), instantText(now))
		}
	}
	return nil
}

// jsonText is a JSON string, or empty for what is none.
func jsonText(raw json.RawMessage) (s string) {
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// jsonList is a JSON list of strings, or a string as a list of one; nil for what is neither.
func jsonList(raw json.RawMessage) (values []string) {
	if s := jsonText(raw); s != "" {
		return []string{s}
	}
	if json.Unmarshal(raw, &values) != nil {
		return nil
	}
	return values
}
