package playground

import (
	"bytes"
	"encoding/json"
)

// member is one of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// text is a string as it is, and any other value as JSON.
func (m member) text() string {
	var text string
	if json.Unmarshal(m.value, &text) == nil {
		return text
	}
	var short bytes.Buffer
	if json.Compact(&short, m.value) != nil {
		return string(m.value)
	}
	return short.String()
}

// seconds is the value of a number.
func (m member) seconds() (int64, bool) {
	var n int64
	err := json.Unmarshal(m.value, &n)
	return n, err == nil
}

// members are those of an object, in its order; none if it is no object.
func members(object []byte) (all []member) {
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
		m := member{}
		m.name, _ = name.(string)
		if d.Decode(&m.value) != nil {
			return nil
		}
		all = append(all, m)
	}
	return all
}
