package ratelimit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
)

// keys names the budgets in Redis. A plain digest of an IP address can be reversed by trying all
// addresses; with a secret, a reader of Redis learns no address or account. Each part is
// preceded by its length, so that two budgets never share a name.
func (r *Redis) keys(asks []Ask) []string {
	const prefix, size = "gatehouse:limit:", 16
	keys := make([]string, len(asks))
	mac := hmac.New(sha256.New, r.secret)
	for i, a := range asks {
		mac.Reset()
		for _, part := range []string{a.Policy.Name, a.Key} {
			mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
			mac.Write([]byte(part))
		}
		keys[i] = prefix + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:size])
	}
	return keys
}
