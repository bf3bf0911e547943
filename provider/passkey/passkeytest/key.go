package passkeytest

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"math/big"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// The signature algorithms (IANA COSE Algorithms).
const (
	ES256 = -7
	EdDSA = -8
	ES384 = -35 // which nobody asks for
	RS256 = -257
)

const rsaBits = 2048

// Key is a passkey as the authenticator has it.
type Key struct {
	ID, Handle []byte
	RPID       string
	Counter    uint32

	algorithm int
	private   crypto.Signer
}

func newKey(algorithm, bits int) (k *Key, err error) {
	k = &Key{ID: make([]byte, sha256.Size), algorithm: algorithm}
	if _, err = rand.Read(k.ID); err != nil {
		return nil, err
	}
	switch algorithm {
	case ES256:
		k.private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case ES384:
		k.private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case EdDSA:
		_, k.private, err = ed25519.GenerateKey(rand.Reader)
	case RS256:
		k.private, err = rsa.GenerateKey(rand.Reader, cmp.Or(bits, rsaBits))
	default:
		err = fmt.Errorf("no algorithm %d", algorithm)
	}
	return k, err
}

// Members of a COSE key (RFC 9052 section 7, RFC 9053 section 7, RFC 8230 section 4).
const (
	coseType, coseAlgorithm = 1, 3
	coseFirst, coseSecond   = -1, -2
	coseThird               = -3
	typeOKP, typeEC2        = 1, 2
	typeRSA                 = 3
	curveP256, curveP384    = 1, 2
	curveEd25519            = 6
)

// public is the public key in COSE's form.
func (k *Key) public() ([]byte, error) {
	members := map[int]any{coseAlgorithm: k.algorithm}
	switch public := k.private.Public().(type) {
	case *ecdsa.PublicKey:
		point, err := public.Bytes() // 4, and the coordinates
		if err != nil {
			return nil, err
		}
		size := len(point) / 2
		members[coseType], members[coseFirst] = typeEC2, curveP256
		if k.algorithm == ES384 {
			members[coseFirst] = curveP384
		}
		members[coseSecond], members[coseThird] = point[1:1+size], point[1+size:]
	case ed25519.PublicKey:
		members[coseType], members[coseFirst], members[coseSecond] = typeOKP, curveEd25519, []byte(public)
	case *rsa.PublicKey:
		members[coseType], members[coseFirst], members[coseSecond] = typeRSA, public.N.Bytes(), big.NewInt(int64(public.E)).Bytes()
	}
	return webauthncbor.Marshal(members)
}

func (k *Key) sign(data []byte) ([]byte, error) {
	if k.algorithm == EdDSA {
		return k.private.Sign(rand.Reader, data, crypto.Hash(0))
	}
	digest := sha256.Sum256(data)
	return k.private.Sign(rand.Reader, digest[:], crypto.SHA256)
}
