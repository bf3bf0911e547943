package delivery

import (
	"encoding/binary"
	"io"
	"time"
)

// Pause is how long to wait after a number of failed attempts, by the pauses before each repetition,
// and at least as long as the receiver asked for, but not for longer than the last of them; more is false
// after the last. A tenth of it is random, so that what failed together does not come back together.
func Pause(pauses []time.Duration, tries int, retryAfter time.Duration, random io.Reader) (_ time.Duration, more bool) {
	if tries < 1 || tries > len(pauses) {
		return 0, false
	}
	usual := pauses[tries-1]
	var b [2]byte
	if _, err := io.ReadFull(random, b[:]); err == nil {
		usual += usual / 10 * time.Duration(binary.BigEndian.Uint16(b[:])) / (1 << 16)
	}
	return max(usual, min(retryAfter, pauses[len(pauses)-1])), true
}
