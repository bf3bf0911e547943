package notify

import (
	"encoding/binary"
	"io"
	"time"
)

// giveUp is for how long a message is tried. It was tried once however late that was.
const giveUp = 24 * time.Hour

// maxRetryAfter bounds how long a gateway can put a message off.
const maxRetryAfter = 4 * time.Hour

// pauses are those before each repetition; the last one is repeated. Somebody waits for a code, so they
// are short at first. Servers that greylist accept a repetition after one to fifteen minutes.
func pauses() []time.Duration {
	return []time.Duration{
		10 * time.Second, 30 * time.Second, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute, 40 * time.Minute,
		time.Hour, 2 * time.Hour, 4 * time.Hour,
	}
}

// next is when to try again after a number of attempts, at the earliest when the receiver asked for
// it; more is false once the time is over. A quarter of the pause is random, so that what failed
// together does not come back together.
func next(created, now time.Time, tries int, retryAfter time.Duration, random io.Reader) (_ time.Time, more bool) {
	all := pauses()
	pause := all[min(max(tries, 1), len(all))-1]
	var b [2]byte
	if _, err := io.ReadFull(random, b[:]); err == nil {
		pause += pause / 4 * time.Duration(binary.BigEndian.Uint16(b[:])) / (1 << 16)
	}
	at := now.Add(max(pause, min(retryAfter, maxRetryAfter)))
	return at, at.Before(created.Add(giveUp))
}
