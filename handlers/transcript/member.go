package transcript

import (
	"bytes"
	"encoding/json"
)

// Member is one of a JSON object.
type Member struct {
	Name  string
	Value json.RawMessage
}

// Text is a string as it is, and any other value as JSON.
func (m Member) Text() string {
	var text string
	if json.Unmarshal(m.Value, &text) == nil {
		return text
	}
	var short bytes.Buffer
	if json.Compact(&short, m.Value) != nil {
		return string(m.Value)
	}
	return short.String()
}

// Seconds is the value of a number.
func (m Member) Seconds() (int64, bool) {
	var n int64
	err := json.Unmarshal(m.Value, &n)
	return n, err == nil
}

// IsTime tells whether the member is by its name a time in seconds since 1970.
func (m Member) IsTime() bool {
	switch m.Name {
	case "exp", "iat", "nbf", "auth_time", "updated_at":
		return true
	default:
		return false
	}
}

// Members are those of an object, in its order; none if it is no object.
func Members(object []byte) (all []Member) {
	if !json.Valid(object) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(object))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil
		}
		m := Member{}
		m.Name, _ = name.(string)
		if d.Decode(&m.Value) != nil {
			return nil
		}
		all = append(all, m)
	}
	return all
}
