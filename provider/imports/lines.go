package imports

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/provider"
)

// maxLine bounds a line in bytes: more than any user or client has. Up to maxKept it is kept, for the
// file of refused lines.
const (
	maxLine = 1 << 20
	maxKept = 16 << 20
)

// parser makes an item of the properties of a line.
type parser func(properties map[string]json.RawMessage) (name string, value any, fault *Fault)

// Lines reads JSON lines: one object a line. Empty lines are passed over.
type Lines struct {
	r     *bufio.Reader
	kind  Kind
	parse parser
	line  int
}

// NewLines reads lines of one kind; those that say that they are of another kind are items of that
// kind, without a value. Parse is ParseUser or ParseClient.
func NewLines(r io.Reader, kind Kind, parse parser) *Lines {
	return &Lines{r: bufio.NewReaderSize(r, 64<<10), kind: kind, parse: parse}
}

// Next is part of Reader.
func (l *Lines) Next(context.Context) (Item, error) {
	for {
		text, lost, err := l.readLine()
		if err != nil {
			return Item{}, err
		}
		l.line++
		if l.line == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff")) // some editors put one there
		}
		if lost {
			return l.refused(nil, fmt.Sprintf("the line has more than %d bytes, and is not in the file of refused lines", maxKept)), nil
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			return l.item(text), nil
		}
	}
}

func (l *Lines) refused(text []byte, reason string) Item {
	return Item{Kind: l.kind, Line: l.line, Raw: bytes.Clone(text), Fault: &Fault{Reason: reason}}
}

func (l *Lines) item(text []byte) Item {
	if len(text) > maxLine {
		// Around a line that was refused there is more than the line.
		if properties, why := object(text); why == "" {
			if raw, ok := inner(properties); ok && len(raw) < len(text) {
				return l.item(raw)
			}
		}
	}
	switch {
	case len(text) > maxLine:
		return l.refused(text, fmt.Sprintf("the line has more than %d bytes", maxLine))
	case !utf8.Valid(text):
		return l.refused(text, "the line is not valid UTF-8")
	case provider.TooDeep(text):
		return l.refused(text, "the line is nested too deeply")
	}
	properties, why := object(text)
	if why != "" {
		return l.refused(text, why)
	}
	if fault := provider.JSONFault(text); fault != nil {
		return l.refused(text, fault.Error())
	}
	item := Item{Kind: l.kind, Line: l.line, Source: bytes.Clone(text)}
	if marked, ok := properties[markKind]; ok {
		if json.Unmarshal(marked, &item.Kind) != nil || item.Kind == "" {
			return l.refused(text, "/"+markKind+" must be the name of a kind, such as user")
		}
		if item.Kind != l.kind {
			return item
		}
	}
	if raw, ok := inner(properties); ok {
		return l.item(raw)
	}
	for name := range properties {
		if strings.HasPrefix(name, "_") {
			delete(properties, name)
		}
	}
	item.Name, item.Value, item.Fault = l.parse(properties)
	return item
}

// readLine reads a line with its end. What is so long that it is not kept is lost.
func (l *Lines) readLine() (text []byte, lost bool, err error) {
	for {
		part, err := l.r.ReadSlice('\n')
		if len(text)+len(part) > maxKept {
			lost, text = true, nil
		} else if !lost {
			text = append(text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && (len(text) > 0 || lost):
			return text, lost, nil
		case err != nil:
			return nil, false, err
		default:
			return text, lost, nil
		}
	}
}

// object reads a JSON object, or says why it is none. A property that is there twice is refused:
// systems differ in which of them counts.
func object(text []byte) (map[string]json.RawMessage, string) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, "the line is not a JSON object"
	}
	properties := map[string]json.RawMessage{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, "the line is not valid JSON"
		}
		key, _ := name.(string) // the decoder takes nothing else
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, "the line is not valid JSON"
		}
		if _, twice := properties[key]; twice {
			return nil, fmt.Sprintf("the property %q is there twice", key)
		}
		properties[key] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, "the line is not valid JSON"
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, "the line has more than one JSON object"
	}
	return properties, ""
}
