package keys

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Algorithm is a JWS algorithm (RFC 7518 section 3.1, RFC 8037).
type Algorithm string

// The supported algorithms. None and the HS family must never be added: a public key must not be
// usable as a shared secret (RFC 8725 section 2.1).
const (
	RS256 Algorithm = "RS256"
	PS256 Algorithm = "PS256"
	ES256 Algorithm = "ES256"
	EdDSA Algorithm = "EdDSA"
)

// Algorithms are those that a signing key can be made for.
func Algorithms() []Algorithm { return []Algorithm{RS256, PS256, ES256, EdDSA} }

// State is the state of a key in its life cycle.
type State string

// The states; see the package comment.
const (
	Pending  State = "pending"
	Active   State = "active"
	Retiring State = "retiring"
	Gone     State = "gone"
)

// Key is the public view of a key of this server. Its private part stays in the package.
type Key struct {
	KID        string // RFC 7638 thumbprint of the public key
	Algorithm  Algorithm
	CreatedAt  time.Time
	ActiveFrom time.Time
	GoneAt     *time.Time // known once there is a successor
}

// Row is a stored key: the private part in PKCS #8, sealed.
type Row struct {
	KID        string
	Algorithm  Algorithm
	Sealed     []byte
	CreatedAt  time.Time
	ActiveFrom time.Time
}

func (r Row) key() Key { return Key{r.KID, r.Algorithm, r.CreatedAt, r.ActiveFrom, nil} }

// Store stores the keys and remembers removed ones. Adding and withdrawing a key raises the
// catalogue version.
type Store interface {
	SigningKeys(ctx context.Context) ([]Row, error)
	// AddSigningKey returns provider.ErrConflict for a kid that exists or ever existed, and for
	// a second key of an algorithm that begins to sign at the same instant.
	AddSigningKey(ctx context.Context, row Row) error
	// ResealSigningKey replaces the sealed value if it still is what the caller read.
	ResealSigningKey(ctx context.Context, kid string, before, after []byte) error
	// KnownSigningKey returns provider.ErrNotFound for a kid that never existed.
	KnownSigningKey(ctx context.Context, kid string) (Known, error)
	// ForeignKeys are the public keys of another server.
	ForeignKeys(ctx context.Context) ([]ForeignRow, error)
	// RemoveForeignKey returns provider.ErrNotFound when there is none.
	RemoveForeignKey(ctx context.Context, kid string) error
	WithdrawnSigningKeys(ctx context.Context) ([]string, error)
	// WithdrawSigningKey returns provider.ErrNotFound for a kid that never existed.
	WithdrawSigningKey(ctx context.Context, w Withdrawal) error
}

// The errors of the package.
var (
	ErrAlgorithm  = errors.New("the algorithm must be RS256, PS256, ES256, EdDSA, RSA-OAEP-256 or ECDH-ES")
	ErrImport     = errors.New("not a PEM private key (PKCS #8, PKCS #1 or SEC 1) of RSA with 2048 bits or more, P-256 or Ed25519, or encrypted with another passphrase")
	ErrNoKey      = errors.New("no signing key is active for the algorithm")
	ErrInvalidJWT = errors.New("invalid JWT")
	// ErrFormer: the key was removed or withdrawn. An attacker may have it by now.
	ErrFormer = errors.New("the key was rotated out or withdrawn and cannot be used again: provide another one")
)

const rsaBits = 2048

func generate(alg Algorithm, random io.Reader) (crypto.Signer, error) {
	switch alg {
	case RS256, PS256, RSAOAEP256:
		return rsa.GenerateKey(random, rsaBits)
	case ES256, ECDHES:
		return ecdsa.GenerateKey(elliptic.P256(), random)
	case EdDSA:
		_, private, err := ed25519.GenerateKey(random)
		return private, err
	default:
		return nil, fmt.Errorf("%w, not %q", ErrAlgorithm, alg)
	}
}

// publicJWK describes the public part, with its thumbprint as the key id: the same key has the
// same id wherever it is imported.
func publicJWK(alg Algorithm, private crypto.Signer) (jose.JSONWebKey, error) {
	jwk := jose.JSONWebKey{Key: private.Public(), Algorithm: string(alg), Use: alg.Use()}
	sum, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("keys: thumbprint: %w", err)
	}
	jwk.KeyID = encode(sum)
	return jwk, nil
}
