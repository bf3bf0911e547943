package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"

	"github.com/youmark/pkcs8"
)

// parsePEM reads a private key and tells its algorithm. Passphrase decrypts an encrypted PKCS #8
// key (RFC 8018); the encryption of PEM itself (RFC 1423) cannot detect a wrong passphrase and is
// not supported.
func parsePEM(text, passphrase []byte) (Algorithm, crypto.Signer, error) {
	// openssl ecparam writes the curve as a separate block before the key.
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var parsed any
		if block.Type == "ENCRYPTED PRIVATE KEY" {
			parsed, _ = pkcs8.ParsePKCS8PrivateKey(block.Bytes, passphrase) // a wrong passphrase gives no key
		} else {
			parsed = parseDER(block.Bytes)
		}
		switch key := parsed.(type) {
		case *rsa.PrivateKey:
			if key.N.BitLen() >= rsaBits {
				return RS256, key, nil
			}
		case *ecdsa.PrivateKey:
			if key.Curve == elliptic.P256() {
				return ES256, key, nil
			}
		case ed25519.PrivateKey:
			return EdDSA, key, nil
		}
	}
	return "", nil, ErrImport
}

// CheckPEM returns ErrImport for a key that Provide would not import whatever is stored.
func CheckPEM(text, passphrase []byte) error {
	_, _, err := parsePEM(text, passphrase)
	return err
}

func parseDER(der []byte) any {
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return key
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key
	}
	return nil
}
