package resource

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
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

// mostKeys bounds how many keys of a document are used, and so how many signatures a token without
// kid can make us verify.
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

type keyUse struct {
	Use        string   `json:"use"`
	Operations []string `json:"key_ops"`
	Algorithm  string   `json:"alg"`
}

func parseKeys(document keysDocument, allowed []jose.SignatureAlgorithm) *keySet {
	set := &keySet{}
	for _, raw := range document.Keys {
		if len(set.all) == mostKeys {
			break
		}
		if key, ok := parseKey(raw, allowed); ok {
			set.all = append(set.all, key)
		}
	}
	return set
}

// parseKey returns a key that may verify signatures. Symmetric keys do not count: whoever can read
// the document could sign with them.
func parseKey(raw []byte, allowed []jose.SignatureAlgorithm) (verifyingKey, bool) {
	var use keyUse
	var jwk jose.JSONWebKey
	if json.Unmarshal(raw, &use) != nil || json.Unmarshal(raw, &jwk) != nil {
		return verifyingKey{}, false
	}
	if (use.Use != "" && use.Use != "sig") || (len(use.Operations) > 0 && !slices.Contains(use.Operations, "verify")) {
		return verifyingKey{}, false
	}
	public := jwk.Public()
	key := verifyingKey{id: jwk.KeyID, public: public.Key}
	for _, alg := range algorithmsOf(public.Key) {
		if (use.Algorithm == "" || use.Algorithm == string(alg)) && slices.Contains(allowed, alg) {
			key.algorithms = append(key.algorithms, alg)
		}
	}
	sum, err := public.Thumbprint(crypto.SHA256)
	if err != nil || len(key.algorithms) == 0 {
		return verifyingKey{}, false
	}
	key.thumbprint = thumbprint(sum)
	return key, true
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
		if slices.Contains(key.algorithms, alg) {
			found = append(found, key)
		}
	}
	return found, known
}

func (s *keySet) has(t thumbprint) bool {
	return slices.ContainsFunc(s.all, func(key verifyingKey) bool { return key.thumbprint == t })
}
