package password

import (
	"errors"
	"fmt"
	"strings"
)

// ErrMalformedHash: the stored text is not a hash of a known scheme, or costs more than the maximum.
var ErrMalformedHash = errors.New("password: malformed hash")

// ErrForeignHash: a hash cannot be taken over.
var ErrForeignHash = errors.New("password: the hash cannot be taken over")

// Unfit says what is wrong with a hash, and repeats nothing of it but its scheme and cost. It is an
// ErrMalformedHash and an ErrForeignHash.
type Unfit struct {
	// Reason follows the name of the property that has the hash.
	Reason string
	// Unknown: it is not the form of one of the schemes.
	Unknown bool
}

// Error is the reason.
func (u *Unfit) Error() string { return "password: the hash " + u.Reason }

// Is makes it one of the errors of this package.
func (u *Unfit) Is(target error) bool { return target == ErrMalformedHash || target == ErrForeignHash }

// known are the schemes, for people.
const known = "must be a hash by bcrypt ($2a$, $2b$, $2y$), argon2id, PBKDF2 (passlib's or Django's form) or scrypt"

// unknown names schemes that other systems have: an operator may look for a hash by another one there.
func unknown(hash string) error {
	for _, other := range []struct{ prefix, name string }{
		{"$1$", "MD5-crypt"},
		{"$apr1$", "MD5-crypt of Apache"},
		{"$5$", "SHA-256-crypt"},
		{"$6$", "SHA-512-crypt"},
		{"$7$", "scrypt of crypt(3)"},
		{"$y$", "yescrypt"},
		{"$gy$", "yescrypt"},
		{"$2$", "the first version of bcrypt"},
		{"$2x$", "a bcrypt with a fault, for which many passwords are one"},
		{"$argon2i$", "argon2i"},
		{"$argon2d$", "argon2d"},
		{"$P$", "phpass"},
		{"$S$", "the SHA-512 of Drupal"},
		{"{", "a scheme of LDAP"},
	} {
		if strings.HasPrefix(hash, other.prefix) {
			return &Unfit{"is by " + other.name + ", which is not taken: it " + known, true}
		}
	}
	return &Unfit{known, true}
}

func malformed(form string) error { return &Unfit{"is malformed: the form is " + form, false} }

func wrong(format string, args ...any) error { return &Unfit{fmt.Sprintf(format, args...), false} }

func costly(format string, args ...any) error {
	return &Unfit{"costs more than a server can bear: " + fmt.Sprintf(format, args...), false}
}

// checkSizes: a short digest would match many secrets, and no system makes long ones.
func checkSizes(salt, digest []byte, leastSalt int) error {
	switch {
	case len(salt) < leastSalt || len(salt) > maxSalt:
		return wrong("has a salt of %d bytes: it must have %d to %d", len(salt), leastSalt, maxSalt)
	case len(digest) < minDigest || len(digest) > maxDigest:
		return wrong("has a digest of %d bytes: it must have %d to %d", len(digest), minDigest, maxDigest)
	default:
		return nil
	}
}
