package resource

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/json"
)

type thumbprint [32]byte

// keySet is what a provider's key document has for us. It never changes.
type keySet struct {
	all         []verifyingKey
	freshUntil  time.Time
	usableUntil time.Time
}

type verifyingKey struct {
	id         string
	algorithms []jose.SignatureAlgorithm // those that it may verify
	public     any
	thumbprint thumbprint
}

// mostKeys bounds how many signatures a token can make us verify: one without kid by every key.
const mostKeys = 32

const (
	leastRSABits = 2048
	mostRSABits  = 8192
)

// keysDocument leaves the keys as they are: one that is not understood must not hide the others
// (RFC 7517 section 5).
type keysDocument struct {
	Keys []json.RawMessage `json:"keys"`
}

// keyUse are the members that say what a key is for.
type keyUse struct {
	ID         string   `json:"kid"`
	Use        string   `json:"use"`
	Operations []string `json:"key_ops"`
	Algorithm  string   `json:"alg"`
}

// keyMaterial is the public key, and all that go-jose gets. It would refuse a key with a certificate
// that it does not understand (x5c, x5t, x5u), though nobody asks it about that.
type keyMaterial struct {
	Type  any `json:"kty,omitempty"`
	Curve any `json:"crv,omitempty"`
	X     any `json:"x,omitempty"`
	Y     any `json:"y,omitempty"`
	N     any `json:"n,omitempty"`
	E     any `json:"e,omitempty"`
}

// skippedKey is one that verifies nothing, and why.
type skippedKey struct {
	id  string
	err error
}

var (
	errKeyElsewhere = errors.New("it is not for verifying signatures")
	errKeyUnfit     = errors.New("none of the allowed algorithms can be verified by it")
)

func parseKeys(document keysDocument, allowed []jose.SignatureAlgorithm) (*keySet, []skippedKey) {
	set := &keySet{}
	var skipped []skippedKey
	for _, raw := range document.Keys {
		key, err := parseKey(raw, allowed)
		if err != nil {
			skipped = append(skipped, skippedKey{key.id, err})
			continue
		}
		set.all = append(set.all, key)
	}
	return set, skipped
}

// parseKey returns a key that may verify signatures. Symmetric keys do not count: whoever can read
// the document could sign with them. Of a key that is refused it returns the id.
func parseKey(raw []byte, allowed []jose.SignatureAlgorithm) (verifyingKey, error) {
	var use keyUse
	if err := json.Unmarshal(raw, &use); err != nil {
		return verifyingKey{}, err
	}
	key := verifyingKey{id: use.ID}
	if (use.Use != "" && use.Use != "sig") || (len(use.Operations) > 0 && !slices.Contains(use.Operations, "verify")) {
		return key, errKeyElsewhere
	}
	var material keyMaterial
	if err := json.Unmarshal(raw, &material); err != nil {
		return key, err
	}
	public, err := json.Marshal(material)
	if err != nil {
		return key, err
	}
	var jwk jose.JSONWebKey
	if err := json.Unmarshal(public, &jwk); err != nil {
		return key, err
	}
	key.public = jwk.Key
	for _, alg := range algorithmsOf(key.public) {
		if (use.Algorithm == "" || use.Algorithm == string(alg)) && slices.Contains(allowed, alg) {
			key.algorithms = append(key.algorithms, alg)
		}
	}
	if len(key.algorithms) == 0 {
		return key, errKeyUnfit
	}
	sum, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return key, err
	}
	key.thumbprint = thumbprint(sum)
	return key, nil
}

// algorithmsOf lists what a key can verify. An ECDSA key has one algorithm by its curve (RFC 7518
// section 3.4).
func algorithmsOf(public any) []jose.SignatureAlgorithm {
	switch key := public.(type) {
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits >= leastRSABits && bits <= mostRSABits {
			return []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512}
		}
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256():
			return []jose.SignatureAlgorithm{jose.ES256}
		case elliptic.P384():
			return []jose.SignatureAlgorithm{jose.ES384}
		case elliptic.P521():
			return []jose.SignatureAlgorithm{jose.ES512}
		}
	case ed25519.PublicKey:
		return []jose.SignatureAlgorithm{jose.EdDSA}
	}
	return nil
}

// candidates are the keys that may have signed: those with the kid of the token, or every one where
// it has none.
func (s *keySet) candidates(id string, alg jose.SignatureAlgorithm) (found []verifyingKey, known bool) {
	for _, key := range s.all {
		if id != "" && key.id != id {
			continue
		}
		known = true
		if slices.Contains(key.algorithms, alg) && len(found) < mostKeys {
			found = append(found, key)
		}
	}
	return found, known
}

func (s *keySet) has(t thumbprint) bool {
	return slices.ContainsFunc(s.all, func(key verifyingKey) bool { return key.thumbprint == t })
}
