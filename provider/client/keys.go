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
	maxRSABits = 8192
)

// The faults of a key set.
var (
	errKeySet     = fmt.Errorf("must be a JWK set of 1 to %d keys and at most %d bytes", maxKeys, MaxKeySet)
	errPrivateKey = errors.New("has a private or symmetric key: only the public part may leave the client")
	errKeyKind    = fmt.Errorf("has no key that is RSA of %d to %d bits, P-256 or Ed25519", minRSABits, maxRSABits)
	errKeyID      = errors.New("has two keys with the same kid")
)

// ParseKeySet reads a client's public keys (RFC 7517 section 5). Keys for encryption and
// those of other kinds are ignored: another server may need them.
func ParseKeySet(text []byte) ([]jose.JSONWebKey, error) {
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
	usable := make([]jose.JSONWebKey, 0, len(keys))
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
		case key.Use == "enc" || !sound(key.Key):
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

func sound(key any) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() >= minRSABits && k.N.BitLen() <= maxRSABits
	case *ecdsa.PublicKey:
		return k.Curve == elliptic.P256()
	case ed25519.PublicKey:
		return true
	default:
		return false
	}
}

// AssertionAlgorithms are those that a private_key_jwt may be signed with. None and the HS
// family are not among them: a public key must not be usable as a shared secret.
func AssertionAlgorithms() []string { return []string{"RS256", "PS256", "ES256", "EdDSA"} }

func (c *Client) validateKeys(bad *Invalid) {
	if c.JWKS != "" && c.JWKSURI != "" {
		bad.add("jwks", fault.New(fault.KeysTwice)) // RFC 7591 section 2
	}
	if c.AuthMethod == PrivateKeyJWT && c.JWKS == "" && c.JWKSURI == "" {
		bad.add("jwks", fault.New(fault.KeysMissing))
	}
	if c.JWKS != "" {
		if _, err := ParseKeySet([]byte(c.JWKS)); err != nil {
			bad.add("jwks", fault.New(fault.Keys, "reason", err))
		}
	}
	if u, err := url.Parse(c.JWKSURI); c.JWKSURI != "" && (err != nil || u.Scheme != "https" || u.Host == "" || !provider.ValidPort(u.Port()) || u.User != nil || u.Fragment != "" || len(c.JWKSURI) > 2000) {
		bad.add("jwks_uri", fault.New(fault.HTTPS))
	}
	allowed := AssertionAlgorithms()
	if c.AuthMethod == SecretJWT {
		allowed = []string{"HS256"}
	}
	if c.AuthSigningAlg != "" && !slices.Contains(allowed, c.AuthSigningAlg) {
		bad.add("token_endpoint_auth_signing_alg", fault.New(fault.Algorithm, "choices", oneOf(allowed)))
	}
}
