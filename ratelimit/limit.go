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

// off is the text of a Limit that allows everything.
const off = "off"

// Off tells whether the limit is off.
func (l Limit) Off() bool { return l == Limit{} }

// ErrLimit: the text or the Limit is not valid.
var ErrLimit = errors.New(`a limit is written like "100/1s", "100/1s burst 200" or "10/15m"`)

// The bounds of a limit. Redis counts microseconds in floating point: a faster rate would have
// an interval of zero, and a longer window would lose digits.
const (
	minPer    = time.Second
	maxPer    = 24 * time.Hour
	maxWindow = 30 * 24 * time.Hour
)

// ParseLimit reads "RATE/PERIOD burst BURST", or "off"; the burst defaults to the rate. It
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
	l.Rate, _ = strconv.Atoi(m[1]) // the pattern allows digits only
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

// Validate returns ErrLimit for a limit that cannot be enforced.
func (l Limit) Validate() error {
	switch {
	case l.Rate < 1 || l.Burst < 1:
		return fmt.Errorf("%w, with a rate and a burst of at least 1", ErrLimit)
	case l.Per < minPer || l.Per > maxPer:
		return fmt.Errorf("%w, with a period between 1s and 24h", ErrLimit)
	case l.Per/time.Duration(l.Rate) < time.Microsecond:
		return fmt.Errorf("%w, with at most 1000000 in a second", ErrLimit)
	case time.Duration(l.Burst) > maxWindow/(l.Per/time.Duration(l.Rate)):
		return fmt.Errorf("%w, with a burst that refills within 30 days", ErrLimit)
	}
	return nil
}

// String is the text that ParseLimit reads.
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

// stricter is the limit for each server while every server counts for itself.
func (l Limit) stricter() Limit {
	const share = 4
	return Limit{Rate: max(1, l.Rate/share), Per: l.Per, Burst: max(1, l.Burst/share)}
}
