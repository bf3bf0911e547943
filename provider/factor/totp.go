package factor

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what authenticator apps compute; HMAC does not rely on collisions
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	digits = 6
	modulo = 1_000_000
	// period is the length of a step in seconds.
	period = 30
	// window is how many steps before and after the present one are accepted: a person types slowly, and
	// the clock of a phone may be wrong (RFC 6238 section 5.2).
	window = 1
	// secretSize is the length of a secret in bytes (RFC 4226 section 4, R6).
	secretSize = 20
)

// ErrSecret: the text is no secret that Propose makes.
var ErrSecret = errors.New("that is not a secret of an authenticator app")

// base32Text is how apps take a secret that is typed.
func base32Text() *base32.Encoding { return base32.StdEncoding.WithPadding(base32.NoPadding) }

func readSecret(text string) ([]byte, error) {
	secret, err := base32Text().DecodeString(text)
	if err != nil || len(secret) != secretSize {
		return nil, ErrSecret
	}
	return secret, nil
}

// stepAt is the number of the step of a time (RFC 6238 section 4.2).
func stepAt(at time.Time) int64 { return at.Unix() / period }

// codeAt is the code of a step (RFC 4226 section 5.3).
func codeAt(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash never returns an error
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0x0f
	return fmt.Sprintf("%0*d", digits, binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%modulo)
}

// typed is a code as it was typed, without spaces; empty: it cannot be one. Digits of other scripts are no
// digits: apps show none.
func typed(code string) string {
	code = strings.Join(strings.Fields(code), "")
	if len(code) != digits || strings.Trim(code, "0123456789") != "" {
		return ""
	}
	return code
}

// match is the newest step near a time whose code this is; none: there is none. It compares with all of them
// in constant time.
func match(secret []byte, code string, at time.Time) (step int64, some bool) {
	now := stepAt(at)
	for s := now - window; s <= now+window; s++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(secret, s)), []byte(code)) == 1 {
			step, some = s, true
		}
	}
	return step, some
}
