package imports

import "encoding/json"

// Kind is a kind of item, such as users.
type Kind string

// The kinds.
const (
	KindUser   Kind = "user"
	KindClient Kind = "client"
)

// Item is one thing that was read: a line, or an entry of an export.
type Item struct {
	Kind Kind
	// Line is the line, or the number of the entry, counted from 1.
	Line int
	// Name is what an operator knows it by, such as a user name. It may be empty.
	Name string
	// Value is for the sink of the kind.
	Value any
	// Source is the item as JSON object in the form of the kind's JSON lines, so that it can be mended
	// and imported again. It contains password hashes or secrets, and is never printed. It may be nil.
	Source json.RawMessage
	// Raw is what was read, where it cannot be an object of properties: it has no Source then.
	Raw []byte
	// Fault is what the reader found to be wrong; such an item does not reach the sink.
	Fault *Fault
	// Notes are what is not exactly as it was in the other system, if the item is imported.
	Notes []string
}

// Complete makes the item of the properties of a line, which a reader of another format translated it to.
func (i *Item) Complete(line map[string]any, parse func(map[string]json.RawMessage) (string, any, *Fault)) {
	properties := map[string]json.RawMessage{}
	source, err := json.Marshal(line)
	if err == nil {
		err = json.Unmarshal(source, &properties)
	}
	if err != nil {
		i.Fault = &Fault{Reason: "the entry cannot be written as JSON"}
		return
	}
	i.Source = source
	i.Name, i.Value, i.Fault = parse(properties)
}

// Fault says why an item was refused. It contains no secret.
type Fault struct {
	// Field is a JSON pointer into the line, such as /email; empty: the item as a whole.
	Field  string `json:"field,omitempty"`
	Reason string `json:"reason"`
}

// State is what became of an item.
type State string

// The states.
const (
	// Imported: it was written or, in a dry run, would be.
	Imported State = "imported"
	// Present: it exists, and is identical.
	Present State = "present"
	// Refused: it is not valid, or conflicts with what exists or with an earlier item.
	Refused State = "refused"
	// Skipped: the import is not about that kind.
	Skipped State = "skipped"
)

// Outcome is what became of an item, and why if it was refused.
type Outcome struct {
	State State
	Fault Fault
	// Warnings are notes about who may manage this server: they come first, and none is left out.
	Warnings []string
	// Notes are about an imported item that is not exactly what it was in the other system.
	Notes []string
}

// RefusedFor is the outcome of a refused item.
func RefusedFor(field, reason string) Outcome {
	return Outcome{State: Refused, Fault: Fault{Field: field, Reason: reason}}
}
