package revocation

import (
	"errors"
	"strconv"
	"strings"
)

// ErrCursor: the text is no cursor of this feed.
var ErrCursor = errors.New("malformed cursor")

// Cursor is where a reader continues: after Settled, with what lies between it and Seen known. The
// zero value is the beginning.
type Cursor struct {
	Settled, Seen int64
	// Check is that of the event whose number is Settled. A database that was restored since has another
	// event there, or none. It is no secret: who forges it deceives nobody else.
	Check uint32
}

// cursorAt is that of a reader that knows the feed up to an event, and others up to seen.
func cursorAt(e Event, seen int64) Cursor {
	return Cursor{Settled: e.Sequence, Seen: max(seen, e.Sequence), Check: e.check()}
}

// begins tells whether nothing before the cursor is settled.
func (c Cursor) begins() bool { return c.Settled == 0 && c.Check == 0 }

// at tells whether the cursor is at an event of this feed.
func (c Cursor) at(e Event) bool { return c.Settled == e.Sequence && c.Check == e.check() }

// String is the form that readers get. They must not look into it.
func (c Cursor) String() string {
	return strconv.FormatInt(c.Settled, 36) + "." + strconv.FormatInt(c.Seen, 36) + "." + strconv.FormatUint(uint64(c.Check), 36)
}

// ParseCursor returns ErrCursor for what String did not make. Empty is the beginning.
func ParseCursor(text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	settled, rest, _ := strings.Cut(text, ".")
	seen, check, _ := strings.Cut(rest, ".")
	var c Cursor
	var errs [3]error
	c.Settled, errs[0] = strconv.ParseInt(settled, 36, 64)
	c.Seen, errs[1] = strconv.ParseInt(seen, 36, 64)
	number, err := strconv.ParseUint(check, 36, 32)
	c.Check, errs[2] = uint32(number), err
	if errors.Join(errs[:]...) != nil || c.Settled < 0 || c.Seen < c.Settled || c.String() != text {
		return Cursor{}, ErrCursor
	}
	return c, nil
}
