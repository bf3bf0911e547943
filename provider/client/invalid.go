package client

import (
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// Invalid lists all faults of a registration, so that the caller need not find them one by one.
type Invalid struct{ Problems []Problem }

// Problem is one fault.
type Problem struct {
	// Field is the metadata name of RFC 7591 where there is one.
	Field string
	Fault *fault.Fault
	// Item is the number of the element of a list that is wrong, from 1; 0: the whole field is.
	Item int
	// Cause is for the log alone, since whoever registers a client may not learn it; nil: the fault says all.
	Cause error
}

// Pointer is the JSON pointer (RFC 6901) of what is wrong.
func (p Problem) Pointer() string {
	if p.Item > 0 {
		return "/" + p.Field + "/" + strconv.Itoa(p.Item-1)
	}
	return "/" + p.Field
}

// Error lists the problems in one line.
func (i *Invalid) Error() string {
	lines := make([]string, len(i.Problems))
	for n, p := range i.Problems {
		lines[n] = p.Field + ": " + p.Fault.String()
	}
	return strings.Join(lines, "; ")
}

func (i *Invalid) add(field string, problem *fault.Fault) {
	i.Problems = append(i.Problems, Problem{Field: field, Fault: problem})
}

func (i *Invalid) addItem(field string, index int, problem *fault.Fault) {
	i.Problems = append(i.Problems, Problem{Field: field, Fault: problem, Item: index + 1})
}

func (i *Invalid) orNil() error {
	if len(i.Problems) == 0 {
		return nil
	}
	return i
}
