package imports

import (
	"slices"
	"strings"
)

// maxListed bounds the refusals and notes in a report, but not the warnings; each refused item goes to
// Run.Refused.
const maxListed = 1000

// Report is the result of an import.
type Report struct {
	Counts      map[Kind]*Count `json:"counts"`
	Refusals    []Refusal       `json:"refused"`
	Notes       []Note          `json:"notes"`
	Interrupted bool            `json:"interrupted"`
	// Truncated: there are more refusals or notes than are listed.
	Truncated bool `json:"truncated"`

	warnings int // how many of the notes, the first ones, are warnings
}

// Warnings are the notes about who may manage this server.
func (r *Report) Warnings() []Note { return r.Notes[:r.warnings] }

// Count is how many items of a kind ended in which state.
type Count struct {
	Read     int `json:"read"`
	Imported int `json:"imported"`
	Present  int `json:"present"`
	Refused  int `json:"refused"`
	Skipped  int `json:"skipped"`
}

// Refusal is one refused item.
type Refusal struct {
	Kind Kind   `json:"kind"`
	Line int    `json:"line"`
	Name string `json:"name,omitempty"`
	Fault
}

// Note is about an imported item that is not exactly what it was in the other system.
type Note struct {
	Kind Kind   `json:"kind"`
	Line int    `json:"line"`
	Name string `json:"name,omitempty"`
	Text string `json:"note"`
}

// NewReport makes an empty report.
func NewReport() *Report {
	return &Report{Counts: map[Kind]*Count{}, Refusals: []Refusal{}, Notes: []Note{}}
}

// Total adds up the counts of all kinds.
func (r *Report) Total() Count {
	var sum Count
	for _, c := range r.Counts {
		sum.Read += c.Read
		sum.Imported += c.Imported
		sum.Present += c.Present
		sum.Refused += c.Refused
		sum.Skipped += c.Skipped
	}
	return sum
}

// cut bounds a note: it may list what someone else wrote.
func cut(text string) string {
	const most = 2000
	return cutAt(text, most)
}

func cutAt(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + " ..."
}

func (r *Report) add(item Item, o Outcome) {
	count := r.Counts[item.Kind]
	if count == nil {
		count = &Count{}
		r.Counts[item.Kind] = count
	}
	count.Read++
	switch o.State {
	case Imported:
		count.Imported++
	case Present:
		count.Present++
	case Skipped:
		count.Skipped++
	case Refused:
		count.Refused++
		if len(r.Refusals) < maxListed {
			r.Refusals = append(r.Refusals, Refusal{item.Kind, item.Line, item.Name, o.Fault})
		} else {
			r.Truncated = true
		}
	}
	if o.State != Imported {
		return
	}
	for _, text := range o.Warnings {
		r.Notes = slices.Insert(r.Notes, r.warnings, Note{item.Kind, item.Line, item.Name, text})
		r.warnings++
	}
	for _, text := range o.Notes {
		if len(r.Notes)-r.warnings == maxListed {
			r.Truncated = true
			break
		}
		r.Notes = append(r.Notes, Note{item.Kind, item.Line, item.Name, cut(text)})
	}
}
