package ratelimit

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Limit is Rate requests in each Per, and Burst at once. The zero value is Off.
type Limit struct {
	Rate  int
	Per   time.Duration
	Burst int
}

// off is how a Limit is written that lets everything through.
const off = "off"

// Off tells whether nothing is counted.
func (l Limit) Off() bool { return l == Limit{} }

// ErrLimit: a text or a Limit does not say a limit.
var ErrLimit = errors.New(`a limit is written like "100/1s", "100/1s burst 200" or "10/15m"`)

// What a limit may be. Counting is in microseconds, and Redis counts in floating point: a
// faster rate would be no rate, and a longer window would lose digits.
const (
	minPer    = time.Second
	maxPer    = 24 * time.Hour
	maxWindow = 30 * 24 * time.Hour
)

// ParseLimit reads "RATE/PERIOD burst BURST", or "off"; without a burst it is the rate. It
// returns ErrLimit.
func ParseLimit(text string) (Limit, error) {
	if text == off {
		return Limit{}, nil
	}
	pattern := regexp.MustCompile(`^([0-9]{1,7})/([0-9a-z.]{1,20})(?: burst ([0-9]{1,7}))?$`)
	m := pattern.FindStringSubmatch(text)
	if m == nil {
		return Limit{}, fmt.Errorf("%w, not %q", ErrLimit, text)
	}
	var l Limit
	l.Rate, _ = strconv.Atoi(m[1]) // digits, by the pattern
	l.Burst = l.Rate
	if m[3] != "" {
		l.Burst, _ = strconv.Atoi(m[3])
	}
	var err error
	if l.Per, err = time.ParseDuration(m[2]); err != nil {
		return Limit{}, fmt.Errorf("%w, not %q", ErrLimit, text)
	}
	if err := l.Validate(); err != nil {
		return Limit{}, fmt.Errorf("%q: %w", text, err)
	}
	return l, nil
}

// Validate returns ErrLimit for a limit that cannot be kept.
func (l Limit) Validate() error {
	switch {
	case l.Rate < 1 || l.Burst < 1:
		return fmt.Errorf("%w, with a rate and a burst of at least 1", ErrLimit)
	case l.Per < minPer || l.Per > maxPer:
		return fmt.Errorf("%w, with a period between 1s and 24h", ErrLimit)
	case l.Per/time.Duration(l.Rate) < time.Microsecond:
		return fmt.Errorf("%w, with at most 1000000 in a second", ErrLimit)
	case time.Duration(l.Burst) > maxWindow/(l.Per/time.Duration(l.Rate)):
		return fmt.Errorf("%w, with a burst that comes back within 30 days", ErrLimit)
	}
	return nil
}

// String is what ParseLimit reads.
func (l Limit) String() string {
	if l.Off() {
		return off
	}
	per := l.Per.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(per, zero) {
			per = per[:len(per)-2]
		}
	}
	return fmt.Sprintf("%d/%s burst %d", l.Rate, per, l.Burst)
}

// stricter is what is left of a limit when every server counts for itself.
func (l Limit) stricter() Limit {
	const share = 4
	return Limit{Rate: max(1, l.Rate/share), Per: l.Per, Burst: max(1, l.Burst/share)}
}
