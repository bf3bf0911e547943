package webhook

import (
	"encoding/binary"
	"io"
	"time"
)

// pauses are those before each repetition, as Standard Webhooks proposes.
func pauses() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
	}
}

// maxRetryAfter bounds how long a receiver can put a delivery off.
const maxRetryAfter = 24 * time.Hour

// pause is how long to wait after a number of failed attempts, at least as long as the receiver
// asked for; more is false after the last. A tenth of it is random, so that what failed together
// does not come back together.
func pause(tries int, retryAfter time.Duration, random io.Reader) (_ time.Duration, more bool) {
	all := pauses()
	if tries < 1 || tries > len(all) {
		return 0, false
	}
	usual := all[tries-1]
	var b [2]byte
	if _, err := io.ReadFull(random, b[:]); err == nil {
		usual += usual / 10 * time.Duration(binary.BigEndian.Uint16(b[:])) / (1 << 16)
	}
	return max(usual, min(retryAfter, maxRetryAfter)), true
}
