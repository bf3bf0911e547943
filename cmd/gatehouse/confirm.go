package main

import (
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
func (e *environment) confirm(yes bool, question, word string) error {
	if !yes && !isTerminal(e.In) {
		return errors.New(question + " There is no terminal to ask, and nothing was changed: --yes does not ask")
	}
	return e.confirmNamed(yes, question, word)
}

// confirmNamed asks a person for a word before something that is named is lost for good, such as a
// client, or ends for all users. A script that names it means it.
func (e *environment) confirmNamed(yes bool, question, word string) error {
	if yes || !isTerminal(e.In) {
		return nil
	}
	if _, err := fmt.Fprint(e.Err, printable(question+" Type "+word+": ")); err != nil {
		return err
	}
	if answer, err := firstLine(e.In); err != nil || answer != word {
		return errors.New("not confirmed: nothing was changed (--yes does not ask)")
	}
	return nil
}

func isTerminal(in any) bool {
	f, ok := in.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
