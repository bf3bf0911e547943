package wire

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/provider"
)

// Readable tells whether a text can be stored and compared: no broken UTF-8, and no NUL, which
// Postgres cannot store in a text.
func Readable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}

// ParseJSON reads a JSON text into v, unless readers would take it for different things
// (provider.JSONFault).
func ParseJSON(data []byte, v any) error {
	if !utf8.Valid(data) {
		return provider.JSONFault(data)
	}
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	return provider.JSONFault(data)
}
