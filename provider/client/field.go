package client

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Field is one property of a registration: the row of the table from which the command line, the
// JSON and what is stored are derived.
type Field struct {
	// Name is the one of RFC 7591 section 2, where it has the property.
	Name string
	// Flag is the flag of the command line, without dashes; empty where there is no plain one. Help
	// explains it, and the property too, unless that has an About of its own: a flag repeats, and a
	// duration has a unit, where the property is a list, and a number of seconds.
	Flag, Help, About string
	// Words: the values of the list have no spaces, and one flag may hold several.
	Words bool
	// Label is the name of the property in outputs; empty where it is shown with another property.
	Label string
	// Values are those that a string, or each string of the list, may have; nil: any. An empty string
	// is one of them where there is a Default, or where the property is Optional.
	Values []string
	// Default is the meaning of an empty string.
	Default string
	// Optional leaves the property out of the JSON where it has no value.
	Optional bool
	// Document: it is stored in the metadata document of the client's row. Only what is queried has
	// a column of its own, or what had one before there was the document.
	Document bool

	// in points to the value in a client: a string, bool, int, time.Duration, or list of strings,
	// or a type made of one of them.
	in func(c *Client) any
	// check says what is wrong with the value; nil: nothing. Rules about several properties are
	// in Validate.
	check func(c *Client) *fault.Fault
}

// Pointer points to the value in a client, as *string, *bool, *int, *time.Duration or *[]string.
func (f Field) Pointer(c *Client) any {
	p := reflect.ValueOf(f.in(c))
	switch f.in(c).(type) {
	case *time.Duration, *int, *bool:
		return p.Interface()
	}
	if p.Elem().Kind() == reflect.Slice {
		return p.Interface()
	}
	return p.Convert(reflect.TypeFor[*string]()).Interface()
}

// Value is the value as JSON shows it: text, true or false, a number, seconds, or a list that is
// never null.
func (f Field) Value(c *Client) any {
	switch v := f.Pointer(c).(type) {
	case *time.Duration:
		return int64(*v / time.Second)
	case *string:
		if *v == "" {
			return f.Default
		}
		return *v
	case *bool:
		return *v
	case *int:
		return *v
	default:
		list := f.List(c)
		if list == nil {
			list = []string{}
		}
		return list
	}
}

// List is the value of a list.
func (f Field) List(c *Client) []string {
	values := reflect.ValueOf(f.in(c)).Elem()
	if values.Kind() != reflect.Slice {
		return nil
	}
	list := make([]string, values.Len())
	for i := range list {
		list[i] = values.Index(i).String()
	}
	return list
}

// Description explains the property to a caller of the API.
func (f Field) Description() string {
	if f.About != "" {
		return f.About
	}
	return f.Help
}

// IsList tells whether the value is a list.
func (f Field) IsList() bool { return reflect.TypeOf(f.in(new(Client))).Elem().Kind() == reflect.Slice }

// SetList replaces the value of a list.
func (f Field) SetList(c *Client, list []string) {
	into := reflect.ValueOf(f.in(c)).Elem()
	values := reflect.MakeSlice(into.Type(), len(list), len(list))
	for i, text := range list {
		values.Index(i).SetString(text)
	}
	into.Set(values)
}

// IsZero tells whether the client has no value of its own.
func (f Field) IsZero(c *Client) bool {
	v := reflect.ValueOf(f.in(c)).Elem()
	return v.IsZero() || (v.Kind() == reflect.Slice && v.Len() == 0)
}

// Document is the JSON object in the row of a client: the properties that have no column.
func (c *Client) Document() ([]byte, error) {
	kept := map[string]any{}
	for _, f := range Fields() {
		if f.Document && !f.IsZero(c) {
			kept[f.Name] = f.in(c)
		}
	}
	document, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("client: write the metadata of %s: %w", c.ID, err)
	}
	return document, nil
}

// ReadDocument reads the properties from a document. It ignores unknown ones: a newer version wrote
// them.
func (c *Client) ReadDocument(document []byte) error {
	if len(document) == 0 || string(document) == "{}" { // as for most clients
		return nil
	}
	var kept map[string]json.RawMessage
	if err := json.Unmarshal(document, &kept); err != nil {
		return fmt.Errorf("client: read the metadata of %s: %w", c.ID, err)
	}
	for _, f := range Fields() {
		if text, ok := kept[f.Name]; ok && f.Document {
			if err := json.Unmarshal(text, f.in(c)); err != nil {
				return fmt.Errorf("client: read %s of %s: %w", f.Name, c.ID, err)
			}
		}
	}
	return nil
}

// fault says what is wrong with the value, or nothing.
func (f Field) fault(c *Client) *fault.Fault {
	if text, ok := f.Pointer(c).(*string); ok && f.Values != nil && !slices.Contains(f.Values, *text) && (*text != "" || f.Default == "" && !f.Optional) {
		return fault.New(fault.Choice, "choices", oneOf(f.Values))
	}
	if f.check != nil {
		return f.check(c)
	}
	return nil
}
