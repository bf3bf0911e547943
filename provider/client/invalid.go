package client

import "strings"

// Invalid lists all faults of a registration, so that the caller need not find them one by one.
type Invalid struct{ Problems []Problem }

// Problem is one fault. Field is the metadata name of RFC 7591 where there is one.
type Problem struct{ Field, Message string }

// Error lists the problems in one line.
func (i *Invalid) Error() string {
	lines := make([]string, len(i.Problems))
	for n, p := range i.Problems {
		lines[n] = p.Field + ": " + p.Message
	}
	return strings.Join(lines, "; ")
}

func (i *Invalid) add(field, message string) {
	i.Problems = append(i.Problems, Problem{field, message})
}

func (i *Invalid) orNil() error {
	if len(i.Problems) == 0 {
		return nil
	}
	return i
}
