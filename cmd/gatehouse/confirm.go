package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// A verb asks before something is lost for good, such as a client, a consent or a signing key, and
// before it ends what was issued to all users. What one user loses, or gets back by signing in, is not
// asked about.

// addYes gives a verb that asks the --yes flag.
func addYes(cmd *cobra.Command) *bool { return cmd.Flags().Bool("yes", false, "do not ask") }

// asks is for the help of such verbs, after the words that say what is to be typed.
const asks = "On a terminal you are asked to type %s;\nelsewhere it needs --yes, which does not ask."

// confirm asks for a word. It asks at a terminal only: what comes through a pipe may be meant for
// something else, such as a loop that reads the ids.
func (e *environment) confirm(yes bool, question, word string) error {
	if yes {
		return nil
	}
	if !isTerminal(e.In) {
		return errors.New(question + " There is no terminal to ask, and nothing was changed: --yes does not ask")
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
