package passkey

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/go-webauthn/webauthn/protocol/webauthncose"
)

// What a public key may cost. Whoever registers one chooses it, and has anybody's sign-in verify with it.
const (
	// maxKey bounds one in COSE's form, in bytes: RSA of 4096 bits takes some 530.
	maxKey = 1 << 10
	// minRSA and maxRSA bound a modulus, in bits. The cost of a signature rises with its square.
	minRSA, maxRSA = 2048, 4096
	// exponent is the only one of RSA that authenticators use.
	exponent = 65537
)

// publicKey reads the public key of a passkey (WebAuthn section 6.5.1.1), and checks that it is one of an algorithm
// that is asked for, of its right size, and on its curve. Nothing of it is computed with before.
func publicKey(cose []byte) (any, error) {
	if len(cose) > maxKey {
		return nil, fmt.Errorf("a public key of %d bytes", len(cose))
	}
	key, err := webauthncose.ParsePublicKey(cose) // also checks the size and the point of an EC key
	if err != nil {
		return nil, err
	}
	var algorithm int64
	switch k := key.(type) {
	case webauthncose.EC2PublicKeyData:
		algorithm = k.Algorithm
	case webauthncose.OKPPublicKeyData:
		algorithm, err = k.Algorithm, verifyPoint(k.XCoord)
	case webauthncose.RSAPublicKeyData:
		algorithm, err = k.Algorithm, verifyRSA(&k)
	}
	if err == nil && !slices.Contains(algorithms(), webauthncose.COSEAlgorithmIdentifier(algorithm)) {
		err = fmt.Errorf("a public key of the algorithm %d", algorithm)
	}
	return key, err
}

func verifyRSA(k *webauthncose.RSAPublicKeyData) error {
	if bits := new(big.Int).SetBytes(k.Modulus).BitLen(); bits < minRSA || bits > maxRSA {
		return fmt.Errorf("an RSA key of %d bits", bits)
	}
	if e := new(big.Int).SetBytes(k.Exponent); !e.IsInt64() || e.Int64() != exponent {
		return errors.New("an RSA key with another exponent than 65537")
	}
	return nil
}

// verifyPoint checks that an Ed25519 key is a point of the curve (RFC 8032 section 5.1.3): that there is an x with
// x² = (y²-1) / (dy²+1) for its y. The standard library says so only of a signature.
func verifyPoint(key []byte) error {
	if len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("an Ed25519 key of %d bytes", len(key))
	}
	encoded := slices.Clone(key)
	slices.Reverse(encoded) // the lowest byte is the first
	sign := encoded[0]&0x80 != 0
	encoded[0] &^= 0x80
	one := big.NewInt(1)
	p := new(big.Int).Sub(new(big.Int).Lsh(one, 255), big.NewInt(19))
	d := new(big.Int).Mul(big.NewInt(-121665), new(big.Int).ModInverse(big.NewInt(121666), p))
	y := new(big.Int).SetBytes(encoded)
	if y.Cmp(p) >= 0 {
		return errors.New("an Ed25519 key that is not reduced")
	}
	square := new(big.Int).Mul(y, y)
	divisor := new(big.Int).Mul(d, square)
	divisor.Mod(divisor.Add(divisor, one), p)
	square.Mul(square.Sub(square, one), divisor.ModInverse(divisor, p)) // there always is one: -1/d is no square
	square.Mod(square, p)
	if x := new(big.Int).ModSqrt(square, p); x == nil || (x.Sign() == 0 && sign) {
		return errors.New("an Ed25519 key that is no point of the curve")
	}
	return nil
}

// verifyCertificateKey checks that verifying with the key of a certificate costs no more than with that of a passkey.
func verifyCertificateKey(c *x509.Certificate) error {
	switch k := c.PublicKey.(type) {
	case *ecdsa.PublicKey, ed25519.PublicKey: // on curves that are known, or they were not read
		return nil
	case *rsa.PublicKey:
		if bits := k.N.BitLen(); bits > maxRSA {
			return fmt.Errorf("a certificate with an RSA key of %d bits", bits)
		}
		return nil
	default:
		return fmt.Errorf("a certificate with a key of %s", c.PublicKeyAlgorithm)
	}
}
