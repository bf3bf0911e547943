package keycloak

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// maxEntry bounds a user or client in bytes, and maxDepth what is passed over.
const (
	maxEntry = 1 << 20
	maxDepth = 1000
)

// Options say how to translate.
type Options struct {
	// Roles maps realm roles to roles; others are left out.
	Roles map[string]string
	// Flags are those of a command that make it act on the same database, each after a space.
	Flags string
}

// Reader reads a realm entry by entry: it need not fit into memory.
type Reader struct {
	decoder *json.Decoder
	options Options
	section string // the property of the realm that is being read
	// entry translates the elements of the array that is being read; nil outside of one.
	entry func(text json.RawMessage) (*imports.Item, error)
	line  int
	known bool // there was an array of entries
}

// NewReader reads an export: of a realm, or of a part of its users.
func NewReader(r io.Reader, o Options) *Reader {
	source := &bounded{r: r}
	source.decoder = json.NewDecoder(source)
	return &Reader{decoder: source.decoder, options: o}
}

// errFormat: the file is not an export.
var errFormat = errors.New("not an export of a Keycloak realm: a JSON object with users or clients")

// Next is part of imports.Reader.
func (r *Reader) Next(context.Context) (imports.Item, error) {
	if r.decoder.InputOffset() == 0 {
		if start, err := r.decoder.Token(); err != nil || start != json.Delim('{') {
			return imports.Item{}, errFormat
		}
	}
	for {
		item, err := r.step()
		if err != nil || item != nil {
			if err != nil {
				return imports.Item{}, err
			}
			return *item, nil
		}
	}
}

// step reads a property of the realm, or an entry. It returns nil for what is passed over.
func (r *Reader) step() (*imports.Item, error) {
	switch {
	case r.entry != nil && r.decoder.More():
		var text json.RawMessage
		r.line++
		if err := r.decoder.Decode(&text); err != nil {
			return nil, r.malformed(err)
		}
		return r.entry(text)
	case r.entry != nil:
		r.entry = nil
		_, err := r.decoder.Token() // the end of the array
		return nil, r.malformed(err)
	case !r.decoder.More():
		if _, err := r.decoder.Token(); err != nil {
			return nil, r.malformed(err)
		}
		if !r.known {
			return nil, errFormat
		}
		return nil, io.EOF
	}
	name, err := r.decoder.Token()
	if err != nil {
		return nil, r.malformed(err)
	}
	return nil, r.property(name)
}

func (r *Reader) property(name json.Token) error {
	entries := map[json.Token]func(json.RawMessage) (*imports.Item, error){
		"users":        r.user,
		"clients":      r.client,
		"clientScopes": r.scope,
	}
	r.section, _ = name.(string) // the decoder takes nothing else
	r.line = 0
	if entries[name] == nil {
		return r.skip()
	}
	if start, err := r.decoder.Token(); err != nil || start != json.Delim('[') {
		return errFormat
	}
	r.entry, r.known = entries[name], true
	return nil
}

// skip passes over a value of any size, part by part.
func (r *Reader) skip() error {
	for depth := 0; ; {
		token, err := r.decoder.Token()
		if err != nil {
			return r.malformed(err)
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		switch {
		case depth == 0:
			return nil
		case depth > maxDepth:
			return fmt.Errorf("%s is nested too deeply", r.place())
		}
	}
}

// place is where the reader is. Anyone may have written the name.
func (r *Reader) place() string {
	section := strconv.Quote(r.section[:min(len(r.section), 100)])
	if r.line > 0 {
		return fmt.Sprintf("entry %d of %s", r.line, section)
	}
	return section
}

func (r *Reader) malformed(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errTooLarge):
		return fmt.Errorf("%s has a value of more than %d bytes", r.place(), maxValue)
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("malformed JSON: %w", err)
}

// decode reads an entry, or says why it cannot.
func decode(text json.RawMessage, into any) *imports.Fault {
	if len(text) > maxEntry {
		return &imports.Fault{Reason: fmt.Sprintf("the entry has more than %d bytes", maxEntry)}
	}
	if provider.TooDeep(text) {
		return &imports.Fault{Reason: "the entry is nested too deeply"}
	}
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(text, into); {
	case errors.As(err, &wrong):
		return &imports.Fault{Field: "/" + wrong.Field, Reason: "has the wrong type"}
	case err != nil:
		return &imports.Fault{Reason: "the entry is malformed"}
	default:
		return nil
	}
}
