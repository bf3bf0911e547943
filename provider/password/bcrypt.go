package password

import (
	"regexp"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// maxBcryptCost takes about a second of a core.
const maxBcryptCost = 14

// bcryptBytes is how much of a secret bcrypt hashes.
const bcryptBytes = 72

// bcryptPattern has no $2x$: those come from an implementation that maps many secrets to one hash
// (CVE-2011-2483).
var bcryptPattern = regexp.MustCompile(`^\$2[aby]\$(0[4-9]|1[0-9])\$[./A-Za-z0-9]{53}$`)

type bcryptHash string

func parseBcrypt(hash string) (stored, error) {
	if !bcryptPattern.MatchString(hash) {
		return nil, ErrMalformedHash
	}
	if cost, err := bcrypt.Cost([]byte(hash)); err != nil || cost > maxBcryptCost {
		return nil, ErrMalformedHash
	}
	return bcryptHash(hash), nil
}

// matches ignores what follows the first 72 bytes of the secret, as the other system did: its users
// could not sign in otherwise. A NUL byte ends the secret of most implementations and repeats it in
// others, so that none is accepted.
func (h bcryptHash) matches(secret string) bool {
	return !strings.ContainsRune(secret, 0) && bcrypt.CompareHashAndPassword([]byte(h), []byte(secret)) == nil
}

func (h bcryptHash) text() string { return string(h) }
