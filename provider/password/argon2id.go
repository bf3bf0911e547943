package password

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost that OWASP's password storage guide recommends for argon2id: 19 MiB, 2 passes, 1 lane.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
	saltSize  = 16
	hashSize  = 32
)

// The maximum cost: 256 MiB, and a second of a core.
const (
	maxMemoryKiB = 256 * 1024
	maxPasses    = 16
	maxLanes     = 8
	maxWork      = 4 * maxMemoryKiB // memory times passes
)

// argon2id is a hash in PHC form: $argon2id$v=19$m=19456,t=2,p=1$salt$digest.
type argon2id struct {
	memory, passes uint32
	lanes          uint8
	salt, digest   []byte
}

func newArgon2id(secret string, salt []byte) *argon2id {
	digest := argon2.IDKey([]byte(secret), salt, passes, memoryKiB, lanes, hashSize)
	return &argon2id{memory: memoryKiB, passes: passes, lanes: lanes, salt: salt, digest: digest}
}

func parseArgon2id(rest string) (stored, error) {
	part := strings.Split(rest, "$")
	if len(part) != 4 || part[0] != fmt.Sprintf("v=%d", argon2.Version) {
		return nil, ErrMalformedHash
	}
	var h argon2id
	if n, err := fmt.Sscanf(part[1], "m=%d,t=%d,p=%d", &h.memory, &h.passes, &h.lanes); err != nil || n != 3 {
		return nil, ErrMalformedHash
	}
	if h.memory == 0 || h.memory > maxMemoryKiB || h.passes == 0 || h.passes > maxPasses || h.lanes == 0 || h.lanes > maxLanes ||
		h.memory*h.passes > maxWork {
		return nil, ErrMalformedHash
	}
	var err error
	if h.salt, err = base64.RawStdEncoding.DecodeString(part[2]); err != nil || len(h.salt) < 8 {
		return nil, ErrMalformedHash
	}
	if h.digest, err = base64.RawStdEncoding.DecodeString(part[3]); err != nil || !validSizes(h.salt, h.digest) {
		return nil, ErrMalformedHash
	}
	return &h, nil
}

func (h *argon2id) matches(secret string) bool {
	got := argon2.IDKey([]byte(secret), h.salt, h.passes, h.memory, h.lanes, uint32(len(h.digest))) //nolint:gosec // at most 64
	return subtle.ConstantTimeCompare(got, h.digest) == 1
}

func (h *argon2id) text() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.memory, h.passes, h.lanes, b64(h.salt), b64(h.digest))
}

// costly: it takes more time, memory or cores than a new hash. Attempts to sign in would keep the server
// busier for as long as the user has that password, and be told by their time from those for a name that
// does not exist.
func (h *argon2id) costly() bool {
	return h.memory*h.passes > memoryKiB*passes*11/10 || h.memory > memoryKiB || h.lanes > lanes
}

// weak: it costs an attacker less than a new hash.
func (h *argon2id) weak() bool { return h.memory*h.passes < memoryKiB*passes*9/10 }
