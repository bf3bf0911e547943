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

// The algorithms offered. None and the HS family are not among them, and never will be:
// a public key must not be usable as a shared secret.
const (
	RS256 Algorithm = "RS256"
	PS256 Algorithm = "PS256"
	ES256 Algorithm = "ES256"
	EdDSA Algorithm = "EdDSA"
)

// State is where a key stands in its life.
type State string

// The states; see the package comment.
const (
	Pending  State = "pending"
	Active   State = "active"
	Retiring State = "retiring"
	Gone     State = "gone"
)

// Key is a signing key as it is shown. Its private part stays in the package.
type Key struct {
	KID        string // RFC 7638 thumbprint of the public key
	Algorithm  Algorithm
	CreatedAt  time.Time
	ActiveFrom time.Time
	GoneAt     *time.Time // known once there is a successor
}

// Row is a key as it is kept: the private part sealed, in PKCS #8 below the seal.
type Row struct {
	KID        string
	Algorithm  Algorithm
	Sealed     []byte
	CreatedAt  time.Time
	ActiveFrom time.Time
}

func (r Row) key() Key { return Key{r.KID, r.Algorithm, r.CreatedAt, r.ActiveFrom, nil} }

// Store keeps the keys, and knows those that it kept before. A new one, and one that is
// withdrawn, raises the catalogue version.
type Store interface {
	SigningKeys(ctx context.Context) ([]Row, error)
	// AddSigningKey returns provider.ErrConflict for a kid that is there or ever was, and for
	// a second key of an algorithm that begins to sign at the same instant.
	AddSigningKey(ctx context.Context, row Row) error
	// ResealSigningKey replaces what is sealed while it still is what the caller read.
	ResealSigningKey(ctx context.Context, kid string, before, after []byte) error
	// KnownSigningKey returns provider.ErrNotFound for a kid that never was.
	KnownSigningKey(ctx context.Context, kid string) (Known, error)
	WithdrawnSigningKeys(ctx context.Context) ([]string, error)
	// WithdrawSigningKey returns provider.ErrNotFound for a kid that never was.
	WithdrawSigningKey(ctx context.Context, w Withdrawal) error
}

// What the package refuses.
var (
	ErrAlgorithm  = errors.New("the algorithm must be RS256, PS256, ES256 or EdDSA")
	ErrImport     = errors.New("not a PEM private key (PKCS #8, PKCS #1 or SEC 1) of RSA with 2048 bits or more, P-256 or Ed25519, or encrypted with another passphrase")
	ErrNoKey      = errors.New("no signing key is active for the algorithm")
	ErrInvalidJWT = errors.New("invalid JWT")
	// ErrFormer: the key was ours and is not any more. It may be with somebody else by now.
	ErrFormer = errors.New("the key was rotated away or withdrawn, and does not come back: bring another one")
)

const rsaBits = 2048

func generate(alg Algorithm, random io.Reader) (crypto.Signer, error) {
	switch alg {
	case RS256, PS256:
		return rsa.GenerateKey(random, rsaBits)
	case ES256:
		return ecdsa.GenerateKey(elliptic.P256(), random)
	case EdDSA:
		_, private, err := ed25519.GenerateKey(random)
		return private, err
	default:
		return nil, fmt.Errorf("%w, not %q", ErrAlgorithm, alg)
	}
}

// publicJWK describes the public part, with its thumbprint as the key id: the same key has
// the same id wherever it is imported.
func publicJWK(alg Algorithm, private crypto.Signer) (jose.JSONWebKey, error) {
	jwk := jose.JSONWebKey{Key: private.Public(), Algorithm: string(alg), Use: "sig"}
	sum, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("keys: thumbprint: %w", err)
	}
	jwk.KeyID = encode(sum)
	return jwk, nil
}
