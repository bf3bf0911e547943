package keys

import (
	"cmp"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// set is the keys as last read, opened. It is immutable; a change makes a new one.
type set struct {
	keys  []*signingKey // by when they begin to sign
	byKID map[string]*signingKey
	// withdrawn are the ids of keys whose signatures are no longer accepted.
	withdrawn []string
	// foreign are the public keys of another server.
	foreign []ForeignRow
}

type signingKey struct {
	Key

	private crypto.Signer
	public  jose.JSONWebKey
}

// newSet opens rows with unseal.
func newSet(rows []Row, unseal func(context, sealed []byte) ([]byte, error)) (*set, error) {
	s := &set{byKID: map[string]*signingKey{}}
	for _, row := range rows {
		der, err := unseal([]byte(row.KID), row.Sealed)
		if err != nil {
			return nil, fmt.Errorf("keys: open %s: %w", row.KID, err)
		}
		parsed, err := x509.ParsePKCS8PrivateKey(der)
		private, ok := parsed.(crypto.Signer)
		if err != nil || !ok {
			return nil, fmt.Errorf("keys: %s is not a private key", row.KID)
		}
		public, err := publicJWK(row.Algorithm, private)
		if err != nil {
			return nil, err
		}
		k := &signingKey{
			Key: row.key(), private: private, public: public,
		}
		s.keys = append(s.keys, k)
		s.byKID[k.KID] = k
	}
	slices.SortFunc(s.keys, func(a, b *signingKey) int { return a.ActiveFrom.Compare(b.ActiveFrom) })
	s.succeed()
	return s, nil
}

// Overlap is how long a key still verifies after its successor took over: the longest lifetime of
// anything that it signed (24 h), plus a day for clock differences and caches.
const Overlap = 48 * time.Hour

// succeed sets when each key is gone: Overlap after its successor took over. The successor is the
// next key of its algorithm in the order of signing, not of creation.
func (s *set) succeed() {
	next := map[Algorithm]*signingKey{}
	for _, k := range slices.Backward(s.keys) {
		if successor := next[k.Algorithm]; successor != nil {
			at := successor.ActiveFrom.Add(Overlap)
			k.GoneAt = &at
		}
		next[k.Algorithm] = k
	}
}

// active is the key that signs with an algorithm at the given time, or nil.
func (s *set) active(alg Algorithm, now time.Time) *signingKey {
	for _, k := range slices.Backward(s.keys) {
		if k.Algorithm == alg && !now.Before(k.ActiveFrom) && !gone(k.Key, now) {
			return k
		}
	}
	return nil
}

func (s *set) state(k Key, now time.Time) State {
	switch active := s.active(k.Algorithm, now); {
	case gone(k, now):
		return Gone
	case now.Before(k.ActiveFrom):
		return Pending
	case active != nil && active.KID == k.KID:
		return Active
	default:
		return Retiring
	}
}

func gone(k Key, now time.Time) bool { return k.GoneAt != nil && !now.Before(*k.GoneAt) }

// document is the JWK set (RFC 7517 section 5) at the given time, public parts only, and the time
// at which a key of it will be gone. RS256 comes first: some libraries take the first key whatever
// its algorithm, and RS256 is the default of ID tokens.
//
// Of encryption keys only the one that is active is in it: others would choose any. Those that encrypted
// to the one before it, from a cache of the set, are still understood until that is gone.
func (s *set) document(now time.Time, encryption bool) (body []byte, until time.Time, err error) {
	published := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range s.keys {
		if gone(k.Key, now) {
			continue
		}
		if k.Algorithm.Encrypts() {
			if !encryption {
				continue
			}
			if now.Before(k.ActiveFrom) { // and then the one before it is no longer published
				until = earlier(until, k.ActiveFrom)
				continue
			}
			if s.active(k.Algorithm, now) != k {
				continue
			}
		}
		published.Keys = append(published.Keys, k.public)
		if k.GoneAt != nil {
			until = earlier(until, *k.GoneAt)
		}
	}
	foreign := 0
	for _, k := range s.foreign {
		var jwk jose.JSONWebKey
		if !now.Before(k.GoneAt) || s.byKID[k.KID] != nil {
			continue
		}
		if err := jwk.UnmarshalJSON([]byte(k.JWK)); err != nil {
			return nil, time.Time{}, fmt.Errorf("keys: the imported key %s: %w", k.KID, err)
		}
		published.Keys, foreign = append(published.Keys, jwk), foreign+1
		until = earlier(until, k.GoneAt)
	}
	// Those of this server come first: some libraries take the first key.
	slices.SortStableFunc(published.Keys[:len(published.Keys)-foreign], func(a, b jose.JSONWebKey) int {
		return cmp.Compare(rank(a), rank(b))
	})
	body, err = json.Marshal(published)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("keys: marshal the key set: %w", err)
	}
	return body, until, nil
}

func rank(k jose.JSONWebKey) int {
	switch {
	case k.Algorithm == string(RS256):
		return 0
	case k.Use == "enc":
		return 2
	default:
		return 1
	}
}

// earlier is the earlier of two times, of which the first may be none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

func encode(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }
