package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// secretPrefix begins a secret in the form that receivers use (Standard Webhooks).
const secretPrefix = "whsec_"

// secretSize is the size of a secret; Standard Webhooks asks for 24 to 64 bytes.
const secretSize = 32

func encodeSecret(secret []byte) string {
	return secretPrefix + base64.StdEncoding.EncodeToString(secret)
}

// ErrSecret: a text is not a secret of Standard Webhooks.
var ErrSecret = errors.New("webhooks: a secret is whsec_ and 24 to 64 bytes in base64")

// ParseSecret reads a secret in the form that receivers use.
func ParseSecret(text string) ([]byte, error) {
	encoded, prefixed := strings.CutPrefix(text, secretPrefix)
	secret, err := base64.StdEncoding.DecodeString(encoded)
	if !prefixed || err != nil || len(secret) < 24 || len(secret) > 64 {
		return nil, ErrSecret // the cause would quote it
	}
	return secret, nil
}

// Headers are those of a message, with a signature for each secret: while secrets overlap a receiver
// has either one.
func Headers(id string, at time.Time, body []byte, secrets [][]byte) map[string]string {
	timestamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(secrets))
	for i, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(id + "." + timestamp + "."))
		mac.Write(body)
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return map[string]string{
		"Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": strings.Join(signatures, " "),
	}
}
