package console

import (
	"errors"
	"strconv"
	"time"
)

// errStale: somebody else has changed what a form was made from.
var errStale = errors.New("console: changed since the form was shown")

// versionAt is the version, which a form is made from, of what was changed last at that time.
func versionAt(changed time.Time) string {
	const base = 36
	return strconv.FormatInt(changed.UnixMicro(), base)
}
