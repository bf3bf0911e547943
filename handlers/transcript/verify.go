package transcript

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Expected is what an application knows of a token that it is to accept.
type Expected struct {
	Keys jose.JSONWebKeySet
	// Issuer and Audience are those of the token; no Audience: any.
	Issuer, Audience string
	// Nonce is that of the request, and AccessToken what came with an ID token; empty: there was none.
	Nonce, AccessToken string
	Now                time.Time
}

// Finding is what one check of a token came to.
type Finding struct {
	// Name is that of the claim, or signature.
	Name string
	Good bool
	// Found is what the token has, for a person.
	Found string
}

// Signature is the name of the check of the signature.
const Signature = "signature"

// algorithms are those that a client can be registered for.
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.RS256, jose.ES256, jose.EdDSA, jose.PS256}
}

// claimsOf are the claims that are checked.
type claimsOf struct {
	Issuer   string   `json:"iss"`
	Audience audience `json:"aud"`
	Expires  float64  `json:"exp"`
	Nonce    string   `json:"nonce"`
	AtHash   string   `json:"at_hash"`
}

// audience is one or a list (RFC 7519 section 4.1.3).
type audience []string

func (a *audience) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = audience{one}
		return nil
	}
	var list []string
	err := json.Unmarshal(text, &list)
	*a = list
	return err
}

// Verify checks a signed token as an application has to (OpenID Connect Core sections 3.1.3.7 and 3.1.3.8, RFC 9068
// section 4), and tells what each check came to. It returns an error for what is no such token.
func Verify(token string, e Expected) ([]Finding, error) {
	signed, err := jose.ParseSignedCompact(token, algorithms())
	if err != nil {
		return nil, err
	}
	if len(signed.Signatures) != 1 {
		return nil, errors.New("not one signature")
	}
	var claims claimsOf
	if err := json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &claims); err != nil {
		return nil, err
	}
	header := signed.Signatures[0].Header
	findings := []Finding{
		{Signature, verified(signed, header.KeyID, e.Keys), header.Algorithm + " " + header.KeyID},
		{"iss", claims.Issuer == e.Issuer, claims.Issuer},
	}
	if e.Audience != "" {
		findings = append(findings, Finding{"aud", slices.Contains(claims.Audience, e.Audience), e.Audience})
	}
	over := time.Unix(int64(claims.Expires), 0)
	findings = append(findings, Finding{"exp", over.After(e.Now), strconv.FormatInt(over.Unix(), 10)})
	if e.Nonce != "" {
		findings = append(findings, Finding{"nonce", same(claims.Nonce, e.Nonce), claims.Nonce})
	}
	if e.AccessToken != "" && claims.AtHash != "" {
		findings = append(findings, Finding{"at_hash", same(claims.AtHash, halfHash(header.Algorithm, e.AccessToken)), claims.AtHash})
	}
	return findings, nil
}

// verified tells whether a key of the set has signed: the one that the token names, or any if it names none.
func verified(signed *jose.JSONWebSignature, id string, set jose.JSONWebKeySet) bool {
	return slices.ContainsFunc(set.Keys, func(k jose.JSONWebKey) bool {
		if id != "" && k.KeyID != id {
			return false
		}
		_, err := signed.Verify(k)
		return err == nil
	})
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// halfHash is the left half of the hash that the algorithm uses (OpenID Connect Core section 3.1.3.6).
func halfHash(algorithm, token string) string {
	if algorithm == string(jose.EdDSA) { // Ed25519 hashes with SHA-512
		sum := sha512.Sum512([]byte(token))
		return base64.RawURLEncoding.EncodeToString(sum[:sha512.Size/2])
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:sha256.Size/2])
}
