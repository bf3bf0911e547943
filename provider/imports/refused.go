package imports

import (
	"encoding/json"
	"fmt"
	"io"
)

// The properties of a JSON line that are about the line. Readers ignore every other property that
// begins with _.
const (
	markKind    = "_kind"    // the kind of a line in a file of several
	markNotes   = "_notes"   // what the line does not have that the other system has
	markRefused = "_refused" // why the line was refused
)

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
