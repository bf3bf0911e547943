package api

import (
	"bytes"
	"encoding/json"

	"github.com/danielgtaylor/huma/v2"
)

// newValue is a text that replaces another one. Null, and an empty text, take it away, which is something
// else than leaving it out.
type newValue struct {
	sent bool
	text string
}

// UnmarshalJSON is part of json.Unmarshaler.
func (v *newValue) UnmarshalJSON(data []byte) error {
	v.sent = true
	if bytes.Equal(data, []byte("null")) {
		return nil
	}
	return json.Unmarshal(data, &v.text)
}

// Schema is part of huma.SchemaProvider.
func (newValue) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Nullable: true}
}
