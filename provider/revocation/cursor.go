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
type Cursor struct{ Settled, Seen int64 }

// String is the form that readers get. They must not look into it.
func (c Cursor) String() string {
	return strconv.FormatInt(c.Settled, 36) + "." + strconv.FormatInt(c.Seen, 36)
}

// ParseCursor returns ErrCursor for what String did not make. Empty is the beginning.
func ParseCursor(text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	settled, seen, _ := strings.Cut(text, ".")
	var c Cursor
	var errs [2]error
	c.Settled, errs[0] = strconv.ParseInt(settled, 36, 64)
	c.Seen, errs[1] = strconv.ParseInt(seen, 36, 64)
	if errors.Join(errs[:]...) != nil || c.Settled < 0 || c.Seen < c.Settled || c.String() != text {
		return Cursor{}, ErrCursor
	}
	return c, nil
}
