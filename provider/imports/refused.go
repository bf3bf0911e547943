package imports

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// The properties of a JSON line that are about the line. Readers ignore every other property that
// begins with _.
const (
	markKind    = "_kind"    // the kind of a line in a file of several
	markNotes   = "_notes"   // what the line does not have that the other system has
	markRefused = "_refused" // why the line was refused
	// What could not be read as an object: as text, which is read again in place of the line, or in base64
	// where it is no text.
	markLine   = "_line"
	markBase64 = "_line_base64"
)

// inner is the line that could not be read when a refused line was written, if it is all that there is.
func inner(properties map[string]json.RawMessage) ([]byte, bool) {
	var text string
	var raw []byte
	switch {
	case len(properties[markLine]) > 0 && json.Unmarshal(properties[markLine], &text) == nil:
		raw = []byte(text)
	case len(properties[markBase64]) > 0 && json.Unmarshal(properties[markBase64], &raw) == nil:
	default:
		return nil, false
	}
	for name := range properties {
		if !strings.HasPrefix(name, "_") { // it was mended by writing the properties beside it
			return nil, false
		}
	}
	return raw, true
}

// WriteRefused writes a refused item as one JSON line: the item with the reason, in a form that can be
// mended and imported again.
func WriteRefused(w io.Writer, item Item, fault Fault) error {
	line := map[string]any{}
	var known map[string]json.RawMessage
	if json.Unmarshal(item.Source, &known) == nil {
		for name, value := range known {
			line[name] = value
		}
	}
	switch {
	case item.Raw == nil:
	case utf8.Valid(item.Raw):
		line[markLine] = string(item.Raw)
	default:
		line[markBase64] = item.Raw
	}
	line[markKind] = item.Kind
	if len(item.Notes) > 0 {
		line[markNotes] = item.Notes
	}
	line[markRefused] = struct {
		Line int `json:"line"`
		Fault
	}{item.Line, fault}
	text, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("imports: write a refused line: %w", err)
	}
	if _, err := w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("imports: write a refused line: %w", err)
	}
	return nil
}
