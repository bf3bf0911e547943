package client

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Bounds of a client's key set, which a client's server can choose.
const (
	// MaxKeySet is the size of a key set in bytes.
	MaxKeySet  = 64 << 10
	maxKeys    = 20
	minRSABits = 2048
	// maxRSABits is the most that go-jose reads too: a signature of 8192 bits would take 1 ms and more to verify,
	// and anybody can send one.
	maxRSABits = 4096
	// maxTries is how many keys are tried for a signature that does not name its key.
	maxTries = 4
)

// The faults of a key set.
var (
	errKeySet     = fmt.Errorf("must be a JWK set of 1 to %d keys and at most %d bytes", maxKeys, MaxKeySet)
	errPrivateKey = errors.New("has a private or symmetric key: only the public part may leave the client")
	errKeyKind    = fmt.Errorf("has no key that is RSA of %d to %d bits, on P-256, P-384 or P-521, or Ed25519", minRSABits, maxRSABits)
	errKeyID      = errors.New("has two keys with the same kid")
	errSigningKey = errors.New("has no key for signatures that is RSA, P-256 or Ed25519")
)

// KeySet are the public keys of a client, in its order: those that it signs with, and those to which
// answers to it are encrypted.
type KeySet []jose.JSONWebKey

// ParseKeySet reads a client's public keys (RFC 7517 section 5). Those of other kinds are ignored:
// another server may need them.
func ParseKeySet(text []byte) (KeySet, error) {
	// A map, as a struct would also take names in another case, of which another reader sees none.
	var set map[string]json.RawMessage
	var keys []json.RawMessage
	if len(text) > MaxKeySet || provider.TooDeep(text) || json.Unmarshal(text, &set) != nil ||
		json.Unmarshal(set["keys"], &keys) != nil || len(keys) == 0 || len(keys) > maxKeys {
		return nil, errKeySet
	}
	if err := provider.JSONFault(text); err != nil {
		return nil, err
	}
	usable := make(KeySet, 0, len(keys))
	seen := map[string]bool{}
	for _, raw := range keys {
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON(raw); err != nil {
			continue
		}
		switch {
		case !key.IsPublic():
			return nil, errPrivateKey
		case key.KeyID != "" && seen[key.KeyID]:
			return nil, errKeyID
		case !sound(key.Key) || !purposed(&key, raw):
			continue
		}
		seen[key.KeyID] = true
		usable = append(usable, key)
	}
	if len(usable) == 0 {
		return nil, errKeyKind
	}
	return usable, nil
}

// purposed reads key_ops (RFC 7517 section 4.3), which go-jose does not, into the use that it means. It returns false
// for a key whose operations are not those of its use, or none of a public key for what this server does. None at
// all say nothing: browsers write an empty list for public keys to agree on a secret.
func purposed(key *jose.JSONWebKey, raw json.RawMessage) bool {
	var members map[string]json.RawMessage
	var operations []string
	if json.Unmarshal(raw, &members) != nil || (members["key_ops"] != nil && json.Unmarshal(members["key_ops"], &operations) != nil) {
		return false
	}
	if len(operations) == 0 {
		return true
	}
	does := func(these ...string) bool {
		return slices.ContainsFunc(operations, func(o string) bool { return slices.Contains(these, o) })
	}
	verifies, encrypts := does("verify"), does("encrypt", "wrapKey", "deriveKey", "deriveBits")
	switch {
	case key.Use == "sig":
		return verifies
	case key.Use == "enc":
		return encrypts
	case verifies && !encrypts:
		key.Use = "sig"
	case encrypts && !verifies:
		key.Use = "enc"
	}
	return verifies || encrypts
}

func sound(key any) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() >= minRSABits && k.N.BitLen() <= maxRSABits
	case *ecdsa.PublicKey:
		return k.Curve == elliptic.P256() || k.Curve == elliptic.P384() || k.Curve == elliptic.P521()
	case ed25519.PublicKey:
		return true
	default:
		return false
	}
}

// Has tells whether a key has the kid; without a kid, whether there is any key.
func (s KeySet) Has(kid string) bool {
	if kid == "" {
		return len(s) > 0
	}
	return slices.ContainsFunc(s, func(k jose.JSONWebKey) bool { return k.KeyID == kid })
}

// Signing are the keys that may have signed with an algorithm: by kid where the signature names one,
// else those that fit (RFC 7517 section 4.5: kid is optional), of which the first maxTries are tried. A key
// that says what it is for is used for nothing else (sections 4.2 to 4.4).
func (s KeySet) Signing(alg, kid string) KeySet {
	fitting := s.matching(func(k jose.JSONWebKey) bool {
		named := kid == "" || k.KeyID == "" || k.KeyID == kid
		return named && (k.Use == "" || k.Use == "sig") && (k.Algorithm == "" || k.Algorithm == alg || (k.Algorithm == "Ed25519" && alg == "EdDSA")) && signs(k.Key, alg)
	})
	if kid != "" { // the named one first, before those without one
		slices.SortStableFunc(fitting, func(a, b jose.JSONWebKey) int { return strings.Compare(b.KeyID, a.KeyID) })
	}
	return fitting[:min(len(fitting), maxTries)]
}

// Encryption are the keys to which may be encrypted with an algorithm, those first that are for that
// alone.
func (s KeySet) Encryption(alg string) KeySet {
	fitting := s.matching(func(k jose.JSONWebKey) bool {
		return (k.Use == "" || k.Use == "enc") && (k.Algorithm == "" || k.Algorithm == alg) && encrypts(k.Key, alg)
	})
	slices.SortStableFunc(fitting, func(a, b jose.JSONWebKey) int { return strings.Compare(b.Use, a.Use) })
	return fitting
}

func (s KeySet) matching(fits func(k jose.JSONWebKey) bool) KeySet {
	var fitting KeySet
	for _, k := range s {
		if fits(k) {
			fitting = append(fitting, k)
		}
	}
	return fitting
}

func signs(key any, alg string) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return alg == "RS256" || alg == "PS256"
	case *ecdsa.PublicKey:
		return alg == "ES256" && k.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return alg == "EdDSA"
	default:
		return false
	}
}

func encrypts(key any, alg string) bool {
	switch key.(type) {
	case *rsa.PublicKey:
		return alg == "RSA-OAEP-256"
	case *ecdsa.PublicKey:
		return strings.HasPrefix(alg, "ECDH-ES") // or wrapped by what was agreed on
	default:
		return false
	}
}

// EncryptionAlgorithms are those by which the key of a message can be encrypted (RFC 7518 section
// 4.1), the most widely supported first. RSA1_5 must never be added (RFC 8725 section 3.2), nor what
// derives a key from a password or a shared secret.
func EncryptionAlgorithms() []string { return []string{"RSA-OAEP-256", "ECDH-ES"} }

// ContentEncryptions are those of the message itself (RFC 7518 section 5.1).
func ContentEncryptions() []string { return []string{"A128GCM", "A256GCM"} }

// signs tells whether the client can sign with any of the keys.
func (s KeySet) signs() bool {
	return slices.ContainsFunc(SigningAlgorithms(), func(alg string) bool { return len(s.Signing(alg, "")) > 0 })
}

// SigningAlgorithms are those by which this server signs what a client gets, and by which a client signs what
// it sends, the most widely supported first. None and the HS family are not among them: a public key must
// not be usable as a shared secret (RFC 8725 section 2.1).
func SigningAlgorithms() []string { return []string{"RS256", "PS256", "ES256", "EdDSA"} }

func (c *Client) validateKeys(bad *Invalid) {
	if c.JWKS != "" && c.JWKSURI != "" {
		bad.add("jwks", fault.New(fault.KeysTwice)) // RFC 7591 section 2
	}
	if c.AuthMethod == PrivateKeyJWT && c.JWKS == "" && c.JWKSURI == "" {
		bad.add("jwks", fault.New(fault.KeysMissing))
	}
	if c.JWKS != "" {
		set, err := ParseKeySet([]byte(c.JWKS))
		if err == nil && (c.AuthMethod == PrivateKeyJWT || c.RequireSignedRequestObject) && !set.signs() {
			err = errSigningKey
		}
		if err != nil {
			bad.add("jwks", fault.New(fault.Keys, "reason", err))
		}
	}
	if u, err := url.Parse(c.JWKSURI); c.JWKSURI != "" && (err != nil || u.Scheme != "https" || u.Host == "" || !provider.ValidPort(u.Port()) || u.User != nil || u.Fragment != "" || len(c.JWKSURI) > 2000) {
		bad.add("jwks_uri", fault.New(fault.HTTPS))
	}
	allowed := SigningAlgorithms()
	if c.AuthMethod == SecretJWT {
		allowed = []string{"HS256"}
	}
	if c.AuthSigningAlg != "" && !slices.Contains(allowed, c.AuthSigningAlg) {
		bad.add("token_endpoint_auth_signing_alg", fault.New(fault.Algorithm, "choices", oneOf(allowed)))
	}
}
