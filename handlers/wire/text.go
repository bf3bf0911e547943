package wire

import (
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// Readable tells whether a text can be stored and compared: no broken UTF-8, and no NUL, which
// Postgres cannot store in a text.
func Readable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}

var errNotUTF8 = errors.New("the JSON text must be in UTF-8")

// ParseJSON reads a JSON text into v. It must be in UTF-8 (RFC 8259 section 8.1): encoding/json would
// replace what is not, so that two different identifiers could become the same.
func ParseJSON(data []byte, v any) error {
	if !utf8.Valid(data) {
		return errNotUTF8
	}
	return json.Unmarshal(data, v)
}
