package keycloak

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// maxEntry bounds a user or client in bytes.
const maxEntry = 1 << 20

// Options say how to translate.
type Options struct {
	// Roles maps realm roles to roles; others are left out.
	Roles map[string]string
}

// Reader reads a realm entry by entry: it need not fit into memory.
type Reader struct {
	decoder *json.Decoder
	options Options
	// entry translates the elements of the array that is being read; nil outside of one.
	entry func(text json.RawMessage) (*imports.Item, error)
	line  int
	known bool // there was an array of entries
}

// NewReader reads an export: of a realm, or of a part of its users.
func NewReader(r io.Reader, o Options) *Reader {
	return &Reader{decoder: json.NewDecoder(r), options: o}
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
		if err := r.decoder.Decode(&text); err != nil {
			return nil, malformed(err)
		}
		r.line++
		return r.entry(text)
	case r.entry != nil:
		r.entry = nil
		_, err := r.decoder.Token() // the end of the array
		return nil, malformed(err)
	case !r.decoder.More():
		if _, err := r.decoder.Token(); err != nil {
			return nil, malformed(err)
		}
		if !r.known {
			return nil, errFormat
		}
		return nil, io.EOF
	}
	name, err := r.decoder.Token()
	if err != nil {
		return nil, malformed(err)
	}
	return nil, r.property(name)
}

func (r *Reader) property(name json.Token) error {
	entries := map[json.Token]func(json.RawMessage) (*imports.Item, error){
		"users":        r.user,
		"clients":      r.client,
		"clientScopes": r.scope,
	}
	if entries[name] == nil {
		return malformed(r.decoder.Decode(new(json.RawMessage)))
	}
	if start, err := r.decoder.Token(); err != nil || start != json.Delim('[') {
		return errFormat
	}
	r.entry, r.line, r.known = entries[name], 0, true
	return nil
}

func malformed(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
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
