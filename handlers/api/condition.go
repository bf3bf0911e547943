package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

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
	return refusal.New(refusal.InvalidRequest, refusal.CheckCondition, "If-Match: the resource has changed since it was read.").
		WithStatus(http.StatusPreconditionFailed).Compare(refusal.FieldIfMatch, tag, c.IfMatch)
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

// fingerprint is the ETag of a resource to which one such time does not do justice: it follows from what the caller is
// shown.
func fingerprint(shown any) string {
	text, _ := json.Marshal(shown) // texts, flags and times always marshal
	sum := sha256.Sum256(text)
	const enough = 12 // bytes: nobody gains by a collision
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:enough]) + `"`
}

// checkCondition refuses If-Match where an operation cannot evaluate it. To ignore it would carry out
// what the caller wanted only under a condition (RFC 9110 section 13.1.1).
func checkCondition(op *huma.Operation, r *http.Request) error {
	takes := slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "If-Match" })
	if op.Method == http.MethodGet || takes || r.Header.Get("If-Match") == "" {
		return nil
	}
	return invalid("If-Match", "this operation takes no condition")
}
