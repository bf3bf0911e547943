package refusal

import (
	"regexp"
	"strings"
)

// Bounds of what a record says about fields, in bytes: it fits into an error id beside a client id of
// usual length.
const (
	maxFields   = 80
	maxFaults   = 100
	maxName     = 40 // no property of this provider is longer
	keptOfLong  = 16
	elision     = "…"
	listDivider = ", "
)

// quotedValue is a value in a message.
var quotedValue = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// CompareFields notes which fields are wrong, and what is wrong with them. Values are left out, also
// where a message quotes one: it may be a secret. So is most of a name that no field has.
func (r *Refusal) CompareFields(problems []Problem) *Refusal {
	pointers, messages := make([]string, len(problems)), make([]string, len(problems))
	for i, p := range problems {
		pointers[i] = shortPointer(p.Pointer)
		messages[i] = quotedValue.ReplaceAllString(p.Message, elision)
	}
	r.Problems, r.Field = problems, FieldFields
	r.Expected, r.Received = fitting(messages, maxFaults), fitting(pointers, maxFields)
	return r
}

// CompareScope notes the scope that was needed and those that came.
func (r *Refusal) CompareScope(needed string, came []string) *Refusal {
	r.Field, r.Expected, r.Received = FieldScope, needed, fitting(came, maxFields)
	return r
}

// shortPointer shortens the names in a pointer that the caller made up.
func shortPointer(pointer string) string {
	if pointer == "" {
		return "body"
	}
	parts := strings.Split(pointer, "/")
	for i, part := range parts {
		if len(part) > maxName {
			parts[i] = strings.ToValidUTF8(part[:keptOfLong], "") + elision
		}
	}
	return strings.Join(parts, "/")
}

// fitting is as much of a list as fits.
func fitting(list []string, limit int) string {
	text := strings.Join(list, listDivider)
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit-len(elision)], "") + elision
}
