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

const argon2idForm = "$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH, both in base64 without padding"

// minArgon2idSalt is what the algorithm demands (RFC 9106 section 3.1).
const minArgon2idSalt = 8

func newArgon2id(secret string, salt []byte) *argon2id {
	digest := argon2.IDKey([]byte(secret), salt, passes, memoryKiB, lanes, hashSize)
	return &argon2id{memory: memoryKiB, passes: passes, lanes: lanes, salt: salt, digest: digest}
}

func parseArgon2id(rest string) (stored, error) {
	part := strings.Split(rest, "$")
	if len(part) != 4 {
		return nil, malformed(argon2idForm)
	}
	if part[0] != fmt.Sprintf("v=%d", argon2.Version) {
		return nil, wrong("is by another version of argon2id than v=%d", argon2.Version)
	}
	var memory, passes, lanes uint64
	if n, err := fmt.Sscanf(part[1], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil || n != 3 {
		return nil, malformed(argon2idForm)
	}
	switch {
	case memory == 0 || passes == 0 || lanes == 0:
		return nil, wrong("has wrong parameters: m, t and p must be 1 or more")
	case memory > maxMemoryKiB || passes > maxPasses || lanes > maxLanes || memory*passes > maxWork:
		return nil, costly("it has m=%d,t=%d,p=%d, and m may be at most %d, t %d, p %d and m times t %d", memory, passes, lanes, maxMemoryKiB, maxPasses, maxLanes, maxWork)
	}
	salt, err := base64.RawStdEncoding.DecodeString(part[2])
	digest, err2 := base64.RawStdEncoding.DecodeString(part[3])
	if err != nil || err2 != nil {
		return nil, malformed(argon2idForm)
	}
	if err := checkSizes(salt, digest, minArgon2idSalt); err != nil {
		return nil, err
	}
	return &argon2id{uint32(memory), uint32(passes), uint8(lanes), salt, digest}, nil
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
