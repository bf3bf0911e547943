package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/storage"
)

// about says which of the things that a verb looks after an error is about, and where to look
// when there is none of that name.
func about(noun, name string, err error) error {
	if errors.Is(err, provider.ErrNotFound) {
		return fmt.Errorf("%s %q: %w (gatehouse %s list shows what there is)", noun, name, provider.ErrNotFound, noun)
	}
	return fmt.Errorf("%s %q: %w", noun, name, err)
}

// noAnswer is what verbs say of a database that is away.
const noAnswer = "the database does not answer (gatehouse doctor says why)"

// explainError puts an error into one line for a person. What the domain's sentinels
// mean on a command line is said here, once.
func explainError(err error) string {
	var invalid *client.Invalid
	if errors.As(err, &invalid) {
		return "not valid: " + invalid.Error()
	}
	text := err.Error()
	// The words of the database are for whoever writes statements: they name indexes, not flags.
	var fault *storage.Fault
	if errors.As(err, &fault) {
		kind := fault.Kind.Error()
		if errors.Is(fault.Kind, provider.ErrUnavailable) {
			kind = noAnswer
		}
		text = strings.Replace(text, fault.Error(), kind, 1)
	}
	return oneLine(text)
}

// oneLine puts the faults that errors.Join has on lines of their own into one.
func oneLine(text string) string {
	var joined string
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(line), " ")
		switch {
		case joined == "" || line == "":
			joined += line
		case strings.HasSuffix(joined, ":"):
			joined += " " + line
		default:
			joined += "; " + line
		}
	}
	return joined
}

// explainCause is explainError in the words of the database as well: for who looks for what is wrong
// with it.
func explainCause(err error) string {
	text := explainError(err)
	var fault *storage.Fault
	if errors.As(err, &fault) && errors.Is(fault.Kind, provider.ErrUnavailable) {
		text = strings.Replace(text, noAnswer, "the database does not answer: "+strings.Join(strings.Fields(fault.Cause.Error()), " "), 1)
	}
	return text
}
