package api

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// Condition makes a change depend on the version that the caller has read. It is part of the input of
// an operation; its output has the ETag.
type Condition struct {
	IfMatch string `header:"If-Match" doc:"ETag of the version that the change is based on: with another one the change is refused"`
}

// Check compares the condition with the current version. It belongs into the transaction of the
// change, or two callers could pass at once.
func (c Condition) Check(tag string) error {
	if c.IfMatch == "" || matches(c.IfMatch, tag) {
		return nil
	}
	return refusal.New(refusal.InvalidRequest, refusal.CheckParameter, "If-Match: the resource has changed since it was read.").WithStatus(http.StatusPreconditionFailed)
}

// matches compares strongly (RFC 9110 section 13.1.1): a weak tag never matches.
func matches(list, tag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one == "*" || one == tag {
			return true
		}
	}
	return false
}

// version is the ETag of a resource that was changed then.
func version(changed time.Time) string {
	const base = 36
	return `"` + strconv.FormatInt(changed.UnixMicro(), base) + `"`
}
