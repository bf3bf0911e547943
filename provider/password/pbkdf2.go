package password

import (
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // HMAC-SHA-1 is as strong as other systems' hashes need; new ones are argon2id
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
)

// maxIterations takes about a second of a core. The iterations are repeated for each block of the
// digest.
const maxIterations = 2_000_000

// pbkdf2Hash is a hash in the form of passlib: $pbkdf2-sha256$29000$salt$digest; $pbkdf2$ is SHA-1.
type pbkdf2Hash struct {
	scheme       string
	iterations   int
	salt, digest []byte
}

// ab64 is the base64 of passlib: without padding, and with . for +.
func ab64() *base64.Encoding {
	return base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./").WithPadding(base64.NoPadding)
}

func pbkdf2Digest(scheme string) (func() hash.Hash, int) {
	switch scheme {
	case "pbkdf2":
		return sha1.New, sha1.Size
	case "pbkdf2-sha512":
		return sha512.New, sha512.Size
	default:
		return sha256.New, sha256.Size
	}
}

const pbkdf2Form = "$pbkdf2-sha256$29000$SALT$HASH, both in base64 without padding and with . for +"

func parsePBKDF2(scheme, rest string) (stored, error) {
	part := strings.Split(rest, "$")
	if len(part) != 3 {
		return nil, malformed(pbkdf2Form)
	}
	salt, err := ab64().DecodeString(part[1])
	digest, err2 := ab64().DecodeString(part[2])
	if err != nil || err2 != nil {
		return nil, malformed(pbkdf2Form)
	}
	return newPBKDF2(scheme, part[0], salt, digest)
}

func newPBKDF2(scheme, iterations string, salt, digest []byte) (stored, error) {
	n, err := strconv.Atoi(iterations)
	_, block := pbkdf2Digest(scheme)
	blocks := (len(digest) + block - 1) / block
	switch {
	case errors.Is(err, strconv.ErrRange):
		return nil, costly("it has more iterations than can be counted, and at most %d are taken", maxIterations)
	case err != nil || n < 1:
		return nil, wrong("has wrong parameters: the iterations must be 1 or more")
	}
	if err := checkSizes(salt, digest, minSalt); err != nil {
		return nil, err
	}
	if n > maxIterations/blocks {
		return nil, costly("it has %d iterations, and at most %d are taken for a digest of %d bytes", n, maxIterations/blocks, len(digest))
	}
	return &pbkdf2Hash{scheme, n, salt, digest}, nil
}

func (h *pbkdf2Hash) matches(secret string) bool {
	digest, _ := pbkdf2Digest(h.scheme)
	got, err := pbkdf2.Key(digest, secret, h.salt, h.iterations, len(h.digest))
	return err == nil && subtle.ConstantTimeCompare(got, h.digest) == 1
}

func (h *pbkdf2Hash) text() string {
	return fmt.Sprintf("$%s$%d$%s$%s", h.scheme, h.iterations, ab64().EncodeToString(h.salt), ab64().EncodeToString(h.digest))
}
