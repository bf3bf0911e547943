package password

import (
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/scrypt"
)

// The maximum cost: 256 MiB of memory, which is 128*r*2^ln bytes, and about a second of a core.
const (
	maxScryptMemory = 256 << 20
	maxScryptWork   = 512 << 20
	maxScryptLog    = 22
	maxScryptBlocks = 64
	maxScryptLanes  = 16
)

// scryptHash is a hash in PHC form: $scrypt$ln=16,r=8,p=1$salt$digest.
type scryptHash struct {
	log, blocks, lanes int
	salt, digest       []byte
}

const scryptForm = "$scrypt$ln=16,r=8,p=1$SALT$HASH, both in base64 without padding"

func parseScrypt(rest string) (stored, error) {
	part := strings.Split(rest, "$")
	if len(part) != 3 {
		return nil, malformed(scryptForm)
	}
	var h scryptHash
	if n, err := fmt.Sscanf(part[0], "ln=%d,r=%d,p=%d", &h.log, &h.blocks, &h.lanes); err != nil || n != 3 {
		return nil, malformed(scryptForm)
	}
	if h.log < 1 || h.blocks < 1 || h.lanes < 1 {
		return nil, wrong("has wrong parameters: ln, r and p must be 1 or more")
	}
	// The first three bound the numbers, so that the products are right.
	if h.log > maxScryptLog || h.blocks > maxScryptBlocks || h.lanes > maxScryptLanes ||
		128*h.blocks<<h.log > maxScryptMemory || 128*h.blocks<<h.log*h.lanes > maxScryptWork {
		return nil, costly("it has ln=%d,r=%d,p=%d, and 128 times r times 2^ln may be at most %d, and with p as a factor %d", h.log, h.blocks, h.lanes, maxScryptMemory, maxScryptWork)
	}
	var err, err2 error
	h.salt, err = base64.RawStdEncoding.DecodeString(part[1])
	h.digest, err2 = base64.RawStdEncoding.DecodeString(part[2])
	if err != nil || err2 != nil {
		return nil, malformed(scryptForm)
	}
	if err := checkSizes(h.salt, h.digest, minSalt); err != nil {
		return nil, err
	}
	return &h, nil
}

func (h *scryptHash) matches(secret string) bool {
	got, err := scrypt.Key([]byte(secret), h.salt, 1<<h.log, h.blocks, h.lanes, len(h.digest))
	return err == nil && subtle.ConstantTimeCompare(got, h.digest) == 1
}

func (h *scryptHash) text() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$scrypt$ln=%d,r=%d,p=%d$%s$%s", h.log, h.blocks, h.lanes, b64(h.salt), b64(h.digest))
}
