package hydra

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/grant"
)

// minSecret is the length of a system secret that Hydra demands, in bytes.
const minSecret = 16

// errSealed: a value was not encrypted with one of the system secrets.
var errSealed = errors.New("cannot be decrypted with the system secret of Hydra: give those that were in use before as well, one a line")

// Secrets are the keys made of the system secrets: they sign tokens and encrypt the database.
type Secrets struct{ keys [][]byte }

// ParseSecrets reads the system secrets as SECRETS_SYSTEM has them, separated by commas, or one a line.
// The first is the one in use.
func ParseSecrets(text string) (Secrets, error) {
	var s Secrets
	for _, secret := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		if secret = strings.TrimSpace(secret); secret == "" {
			continue
		}
		if len(secret) < minSecret {
			return Secrets{}, fmt.Errorf("a system secret of Hydra has at least %d characters", minSecret)
		}
		s.keys = append(s.keys, grant.HydraKey(secret))
	}
	if len(s.keys) == 0 {
		return Secrets{}, errors.New("the system secret of Hydra is missing")
	}
	return s, nil
}

// Keys are those that sign tokens.
func (s Secrets) Keys() [][]byte { return s.keys }

// open decrypts a value: base64 of nonce and AES-256-GCM.
func (s Secrets) open(text string) ([]byte, error) {
	sealed, err := base64.URLEncoding.DecodeString(text)
	if err != nil {
		return nil, errSealed
	}
	for _, key := range s.keys {
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, fmt.Errorf("hydra: %w", err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("hydra: %w", err)
		}
		if len(sealed) < aead.NonceSize() {
			return nil, errSealed
		}
		if plain, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], nil); err == nil {
			return plain, nil
		}
	}
	return nil, errSealed
}
