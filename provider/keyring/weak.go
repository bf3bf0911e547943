package keyring

import (
	"errors"
	"fmt"
	"strings"
)

// ErrWeakSecret: the secret is long enough but can be guessed. Only a current secret is refused: a
// weak one that is in use must still open what it sealed, in order to be replaced.
var ErrWeakSecret = errors.New("secret is easy to guess")

const (
	// leastCharacters and leastTriples are below those of 32 random hexadecimal characters, the
	// weakest secret in normal use: about 14 and 30.
	leastCharacters = 8
	leastTriples    = 24
	// leastOwn is what must remain without common words.
	leastOwn = 16
)

// CheckSecret tells whether a secret is strong enough to seal a keyring: it returns ErrShortSecret
// or ErrWeakSecret. It finds secrets typed by hand to reach a minimum length; whether the rest is
// random cannot be checked.
func CheckSecret(secret []byte) error {
	if len(secret) < MinSecret {
		return ErrShortSecret
	}
	characters, triples, steps := map[byte]bool{}, map[string]bool{}, map[byte]int{}
	for i, c := range secret {
		characters[c] = true
		if i > 0 {
			steps[c-secret[i-1]]++
		}
		if i > 1 {
			triples[string(secret[i-2:i+1])] = true
		}
	}
	switch {
	case len(characters) < leastCharacters:
		return fmt.Errorf("%w: it has only %d different characters", ErrWeakSecret, len(characters))
	case len(triples) < leastTriples:
		return fmt.Errorf("%w: it repeats itself", ErrWeakSecret)
	case 2*(steps[1]+steps[255]) > len(secret):
		return fmt.Errorf("%w: its characters follow each other", ErrWeakSecret)
	case len(withoutWords(string(secret))) < leastOwn:
		return fmt.Errorf("%w: it is made of common words", ErrWeakSecret)
	default:
		return nil
	}
}

// withoutWords is the secret without the words of examples and manuals.
func withoutWords(secret string) string {
	secret = strings.ToLower(secret)
	for _, word := range []string{
		"changeme", "change", "password", "passw0rd", "secret", "gatehouse", "example", "default", "insecure", "production",
		"development", "replace", "please", "master", "super", "admin", "letmein", "qwerty", "qwertz", "asdf", "private",
		"token", "test", "this", "very", "long", "your", "with", "key", "the", "123456789", "12345678", "1234", "-", "_", ".", "!", " ",
	} {
		secret = strings.ReplaceAll(secret, word, "")
	}
	return secret
}
