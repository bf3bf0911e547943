package factortest

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238
	"encoding/base32"
	"fmt"
	"time"
)

// Code is what an app with a secret shows at a time (RFC 6238). It panics for a text that is no secret.
func Code(secret string, at time.Time) string {
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		panic(err)
	}
	step := at.Unix() / 30
	var counter [8]byte
	for i := range counter {
		counter[7-i] = byte(step >> (8 * i)) //nolint:gosec // the lowest bits
	}
	mac := hmac.New(sha1.New, key)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	n := 0
	for _, b := range sum[sum[19]&15:][:4] {
		n = n<<8 | int(b)
	}
	return fmt.Sprintf("%06d", n%(1<<31)%1_000_000)
}
