package password

import (
	"encoding/base64"
	"strings"
)

// maxHash bounds the text of a hash in bytes.
const maxHash = 1000

// Adopt returns the form in which the hash of another system is stored: PHC form, as passlib and many
// others write it, or $2a$, $2b$ or $2y$ for bcrypt. It also takes Django's pbkdf2_sha256$ITERATIONS$SALT$DIGEST,
// argon2$argon2id$... and bcrypt$$2b$... and returns *Unfit for others, and for those that cost too much.
func Adopt(hash string) (string, error) {
	if len(hash) > maxHash {
		return "", wrong("has more than %d bytes", maxHash)
	}
	var kept stored
	var err error
	switch {
	case strings.HasPrefix(hash, "pbkdf2_"):
		kept, err = parseDjango(hash)
	case strings.HasPrefix(hash, "argon2$argon2id$"):
		kept, err = parse(strings.TrimPrefix(hash, "argon2"))
	default:
		kept, err = parse(strings.TrimPrefix(hash, "bcrypt$"))
	}
	if err != nil {
		return "", err
	}
	return kept.text(), nil
}

// parseDjango reads pbkdf2_sha256$600000$SALT$DIGEST, whose salt is text.
func parseDjango(hash string) (stored, error) {
	part := strings.Split(hash, "$")
	schemes := map[string]string{"pbkdf2_sha256": "pbkdf2-sha256", "pbkdf2_sha1": "pbkdf2"}
	if schemes[part[0]] == "" {
		return nil, unknown(hash)
	}
	const form = "pbkdf2_sha256$600000$SALT$HASH, the hash in base64"
	if len(part) != 4 {
		return nil, malformed(form)
	}
	digest, err := base64.StdEncoding.DecodeString(part[3])
	if err != nil {
		return nil, malformed(form)
	}
	return newPBKDF2(schemes[part[0]], part[1], []byte(part[2]), digest)
}

// AdoptPBKDF2 is Adopt for a hash in parts. The digest is "sha1", "sha256" or "sha512".
func AdoptPBKDF2(digest, iterations string, salt, sum []byte) (string, error) {
	schemes := map[string]string{"sha1": "pbkdf2", "sha256": "pbkdf2-sha256", "sha512": "pbkdf2-sha512"}
	if schemes[digest] == "" {
		return "", &Unfit{known, true}
	}
	kept, err := newPBKDF2(schemes[digest], iterations, salt, sum)
	if err != nil {
		return "", err
	}
	return kept.text(), nil
}

// Outdated tells whether a hash is to be replaced by a new one when its secret is known: it is of
// another scheme, weaker, or costlier.
func Outdated(hash string) bool {
	kept, err := parse(hash)
	if err != nil {
		return false // there is nothing that a secret could be verified by
	}
	ours, ok := kept.(*argon2id)
	return !ok || ours.weak() || ours.costly()
}

// Whole tells whether the hash verified all of a secret that matches it. Of a longer secret bcrypt
// ignores the end: that end is not known to be right, and must not become part of a new hash.
func Whole(hash, secret string) bool {
	kept, err := parse(hash)
	if err != nil {
		return false
	}
	_, truncates := kept.(bcryptHash)
	return !truncates || len(secret) <= bcryptBytes
}
