package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// addYes gives a verb that asks the --yes flag.
func addYes(cmd *cobra.Command) *bool { return cmd.Flags().Bool("yes", false, "do not ask") }

// For the help of verbs that ask, after the words that say what is to be typed.
const (
	asks       = "On a terminal you are asked to type %s;\nelsewhere it needs --yes, which does not ask."
	asksPeople = "On a terminal you are asked to type %s, unless you give --yes."
)

// confirm asks for a word before a schema or a key is lost, with what was made with it. It needs --yes
// where there is no terminal. What comes through a pipe may be meant for something else, such as a loop that reads
// the ids.
func (e *environment) confirm(ctx context.Context, yes bool, question, word string) error {
	if !yes && !isTerminal(e.In) {
		return errors.New(question + " There is no terminal to ask, and nothing was changed: --yes does not ask")
	}
	return e.confirmNamed(ctx, yes, question, word)
}

// confirmNamed asks a person for a word before something that is named is lost for good, such as a
// client, or ends for all users. A script that names it means it.
func (e *environment) confirmNamed(ctx context.Context, yes bool, question, word string) error {
	if yes || !isTerminal(e.In) {
		return nil
	}
	if _, err := fmt.Fprint(e.Err, printable(question+" Type "+word+": ")); err != nil {
		return err
	}
	switch answer, err := e.line(ctx); {
	case errors.Is(err, errInterrupted):
		_, _ = fmt.Fprintln(e.Err)
		return fmt.Errorf("%w: nothing was changed", err)
	case err != nil || answer != word:
		return errors.New("not confirmed: nothing was changed (--yes does not ask)")
	default:
		return nil
	}
}

// errInterrupted: the person pressed Ctrl-C instead of answering.
var errInterrupted = errors.New("interrupted")

// line reads the first line of the input.
func (e *environment) line(ctx context.Context) (string, error) {
	return unlessInterrupted(ctx, func() (string, error) { return firstLine(e.In) })
}

// unlessInterrupted reads what a person types. Reading waits for the end of a line, whatever happens to
// the context: what is typed after an interrupt is read by nobody.
func unlessInterrupted(ctx context.Context, read func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	got := make(chan answer, 1)
	go func() {
		text, err := read()
		got <- answer{text, err}
	}()
	select {
	case a := <-got:
		return a.text, a.err
	case <-ctx.Done():
		return "", errInterrupted
	}
}

func isTerminal(in any) bool {
	f, ok := in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
