package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// missingFlags names the flags that a verb cannot do without, with an example that has them.
func missingFlags(cmd *cobra.Command) error {
	var missing []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if required := f.Annotations[cobra.BashCompOneRequiredFlag]; len(required) > 0 && !f.Changed {
			missing = append(missing, "--"+f.Name)
		}
	})
	if len(missing) == 0 {
		return nil
	}
	verb := "is"
	if len(missing) > 1 {
		verb = "are"
	}
	return fmt.Errorf("%s %s missing, as in: %s", strings.Join(missing, " and "), verb, exampleWith(cmd, missing))
}

// exampleWith is the first example of a verb that has all of some flags, else how the verb is used.
func exampleWith(cmd *cobra.Command, flags []string) string {
	examples := strings.ReplaceAll(cmd.Example, "\\\n", " ")
	for line := range strings.SplitSeq(examples, "\n") {
		words := strings.Fields(line)
		found := len(words) > 0
		for _, flag := range flags {
			found = found && strings.Contains(" "+strings.Join(words, " ")+" ", " "+flag+" ")
		}
		if found {
			command, _, _ := strings.Cut(strings.Join(words, " "), " # ")
			return command
		}
	}
	return cmd.UseLine()
}
