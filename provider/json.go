package provider

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// JSONFault tells what is ambiguous about a JSON text that is otherwise valid; nil: nothing. The text must be in
// UTF-8 (RFC 8259 section 8.1), and no \u escape may be half a character (section 8.2): encoding/json
// replaces what is not, so that two identifiers could become the same. An object must not have a member
// twice (section 4): one reader takes the first for what is meant, another the last.
func JSONFault(text []byte) error {
	switch {
	case !utf8.Valid(text):
		return errors.New("the JSON text must be in UTF-8")
	case halfCharacter(text):
		return errors.New(`the JSON text has half of a surrogate pair, such as \ud800: that is no character`)
	default:
		return repeatedMember(text)
	}
}

// halfCharacter finds a surrogate without its other half among the escapes.
func halfCharacter(text []byte) bool {
	for i := 0; i < len(text)-1; i++ {
		if text[i] != '\\' {
			continue
		}
		i++
		switch unit := escaped(text[i:]); {
		case unit < 0xd800 || unit > 0xdfff:
		case unit < 0xdc00 && i+6 < len(text) && text[i+5] == '\\' && lowHalf(escaped(text[i+6:])):
			i += 6
		default:
			return true
		}
	}
	return false
}

func lowHalf(unit int) bool { return unit >= 0xdc00 && unit <= 0xdfff }

// escaped is the code unit of an escape that begins with u, or -1.
func escaped(text []byte) int {
	var unit [2]byte
	if len(text) < 5 || text[0] != 'u' {
		return -1
	}
	if _, err := hex.Decode(unit[:], text[1:5]); err != nil {
		return -1
	}
	return int(unit[0])<<8 | int(unit[1])
}

func repeatedMember(text []byte) error {
	type object struct {
		names map[string]bool // nil: it is an array
		value bool            // the next text is a value, and not a name
	}
	var open []object
	tokens := json.NewDecoder(bytes.NewReader(text))
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
