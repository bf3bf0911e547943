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
	return aboutListed(noun, name, noun+" list", err)
}

// aboutListed is about for things that another verb than the list of the noun shows.
func aboutListed(noun, name, list string, err error) error {
	if errors.Is(err, provider.ErrNotFound) {
		return fmt.Errorf("%s %q: %w (gatehouse %s shows what there is)", noun, name, provider.ErrNotFound, list)
	}
	return fmt.Errorf("%s %q: %w", noun, name, err)
}

// explainError puts an error into one line for a person. What the domain's sentinels
// mean on a command line is said here, once.
func explainError(err error) string {
	return explain(err, "the database does not answer (gatehouse doctor says why)")
}

// explainCause is explainError for who looks for what is wrong with the database: in its own words.
func explainCause(err error) string {
	var fault *storage.Fault
	if !errors.As(err, &fault) {
		return explainError(err)
	}
	return explain(err, "the database does not answer: "+fault.Cause.Error())
}

// explain returns unavailable where the database did not respond. Its other messages are for
// developers: they name indexes, not flags.
func explain(err error, unavailable string) string {
	var invalid *client.Invalid
	if errors.As(err, &invalid) {
		return "not valid: " + invalid.Error()
	}
	text := err.Error()
	var fault *storage.Fault
	if errors.As(err, &fault) {
		kind := fault.Kind.Error()
		if errors.Is(fault.Kind, provider.ErrUnavailable) {
			kind = unavailable
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
