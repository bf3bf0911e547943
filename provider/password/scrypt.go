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

func parseScrypt(rest string) (stored, error) {
	part := strings.Split(rest, "$")
	if len(part) != 3 {
		return nil, ErrMalformedHash
	}
	var h scryptHash
	if n, err := fmt.Sscanf(part[0], "ln=%d,r=%d,p=%d", &h.log, &h.blocks, &h.lanes); err != nil || n != 3 {
		return nil, ErrMalformedHash
	}
	if h.log < 1 || h.log > maxScryptLog || h.blocks < 1 || h.blocks > maxScryptBlocks || h.lanes < 1 || h.lanes > maxScryptLanes {
		return nil, ErrMalformedHash
	}
	if memory := 128 * h.blocks << h.log; memory > maxScryptMemory || memory*h.lanes > maxScryptWork {
		return nil, ErrMalformedHash
	}
	var err error
	if h.salt, err = base64.RawStdEncoding.DecodeString(part[1]); err != nil {
		return nil, ErrMalformedHash
	}
	if h.digest, err = base64.RawStdEncoding.DecodeString(part[2]); err != nil || !validSizes(h.salt, h.digest) {
		return nil, ErrMalformedHash
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
