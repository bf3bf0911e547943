package password

import "strings"

// stored is a hash that was read. Its parameters are within the bounds of its scheme: neither a
// manipulated row nor an imported one must make the server spend minutes or gigabytes on it.
type stored interface {
	// matches tells whether secret is the one that was hashed.
	matches(secret string) bool
	// text is the form in which it is stored.
	text() string
}

// parse reads the form in which a hash is stored.
func parse(hash string) (stored, error) {
	scheme, rest, ok := strings.Cut(strings.TrimPrefix(hash, "$"), "$")
	if !ok || !strings.HasPrefix(hash, "$") {
		return nil, unknown(hash)
	}
	switch scheme {
	case "argon2id":
		return parseArgon2id(rest)
	case "2a", "2b", "2y":
		return parseBcrypt(hash)
	case "pbkdf2", "pbkdf2-sha256", "pbkdf2-sha512":
		return parsePBKDF2(scheme, rest)
	case "scrypt":
		return parseScrypt(rest)
	default:
		return nil, unknown(hash)
	}
}

// The sizes in bytes of salts and digests of other systems.
const (
	minDigest, maxDigest = 16, 64
	minSalt, maxSalt     = 4, 256
)
