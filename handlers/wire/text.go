package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
// replace what is not, so that two different identifiers could become the same. An object must not
// have a member twice (section 4): one reader takes the first for what is meant, another the last.
func ParseJSON(data []byte, v any) error {
	if !utf8.Valid(data) {
		return errNotUTF8
	}
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	return refuseRepeated(data)
}

// refuseRepeated reads a JSON text that is valid.
func refuseRepeated(data []byte) error {
	type object struct {
		names map[string]bool // nil: it is an array
		value bool            // the next text is a value, and not a name
	}
	var open []object
	tokens := json.NewDecoder(bytes.NewReader(data))
	for {
		token, err := tokens.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name, isText := token.(string)
		if inner := len(open) - 1; inner >= 0 && open[inner].names != nil && token != json.Delim('}') {
			in := &open[inner]
			if !in.value && isText {
				if in.names[name] {
					return fmt.Errorf("the member %.50q is there twice", name)
				}
				in.names[name] = true
			}
			in.value = !in.value
		}
		switch token {
		case json.Delim('{'):
			open = append(open, object{names: map[string]bool{}})
		case json.Delim('['):
			open = append(open, object{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
	}
}
