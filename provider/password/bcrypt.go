package password

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// maxBcryptCost takes about a second of a core.
const maxBcryptCost = 14

// bcryptBytes is how much of a secret bcrypt hashes.
const bcryptBytes = 72

// bcryptPattern has no $2x$: those come from an implementation that maps many secrets to one hash
// (CVE-2011-2483).
var bcryptPattern = regexp.MustCompile(`^\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}$`)

type bcryptHash string

func parseBcrypt(hash string) (stored, error) {
	found := bcryptPattern.FindStringSubmatch(hash)
	if found == nil {
		return nil, malformed("$2b$12$ and 53 letters, digits, dots and slashes")
	}
	cost, err := strconv.Atoi(found[1])
	switch {
	case err != nil || cost < bcrypt.MinCost || cost > bcrypt.MaxCost:
		return nil, wrong("has wrong parameters: the cost must be %d to %d", bcrypt.MinCost, maxBcryptCost)
	case cost > maxBcryptCost:
		return nil, costly("it has the cost %d, and at most %d is taken", cost, maxBcryptCost)
	default:
		return bcryptHash(hash), nil
	}
}

// matches ignores what follows the first 72 bytes of the secret, as the other system did: its users
// could not sign in otherwise. A NUL byte ends the secret of most implementations and repeats it in
// others, so that none is accepted.
func (h bcryptHash) matches(secret string) bool {
	return !strings.ContainsRune(secret, 0) && bcrypt.CompareHashAndPassword([]byte(h), []byte(secret)) == nil
}

func (h bcryptHash) text() string { return string(h) }
