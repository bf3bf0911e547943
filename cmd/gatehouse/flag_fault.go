package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagFault says what is wrong with a flag, and which one may have been meant.
func flagFault(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		empty   *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		return fmt.Errorf("there is no flag -%s (%s --help lists them)", unknown.GetSpecifiedName(), cmd.CommandPath())
	case errors.As(err, &unknown):
		typed := unknown.GetSpecifiedName()
		if meant := flagsLike(cmd, typed); len(meant) > 0 {
			return fmt.Errorf("there is no flag --%s: did you mean %s?", typed, oneOf(meant))
		}
		return fmt.Errorf("there is no flag --%s (%s --help lists them)", typed, cmd.CommandPath())
	case errors.As(err, &empty):
		return fmt.Errorf("--%s needs a value", empty.GetFlag().Name)
	case errors.As(err, &invalid) && invalid.GetFlag().Value.Type() == typeOfNoFlag:
		return fmt.Errorf("--%s means nothing to %s", invalid.GetFlag().Name, cmd.CommandPath())
	case errors.As(err, &invalid):
		return invalidFlag(invalid.GetFlag(), invalid.GetValue())
	default:
		return err
	}
}

// invalidFlag does not repeat what was given for --secret-stdin and the like: it may be the secret.
func invalidFlag(flag *pflag.Flag, value string) error {
	name := "--" + flag.Name
	if !strings.HasSuffix(flag.Name, "-stdin") {
		name = fmt.Sprintf("--%s %q", flag.Name, value)
	}
	switch flag.Value.Type() {
	case "bool":
		return errors.New(name + " must be true or false")
	case "duration":
		return errors.New(name + " must be a duration such as 8h")
	case "int":
		return errors.New(name + " must be a whole number")
	default:
		return errors.New(name + " is not a " + flag.Value.Type())
	}
}

func flagsLike(cmd *cobra.Command, typed string) []string {
	var meant []string
	add := func(f *pflag.Flag) {
		if !f.Hidden && near(typed, f.Name) {
			meant = append(meant, "--"+f.Name)
		}
	}
	cmd.Flags().VisitAll(add)
	cmd.InheritedFlags().VisitAll(add)
	slices.Sort(meant)
	meant = slices.Compact(meant)
	const most = 4 // --i would begin many a flag
	return meant[:min(len(meant), most)]
}

// near tells whether a name may have been meant: all of its letters must not differ.
func near(typed, name string) bool {
	typed = strings.ToLower(typed)
	d := distance(typed, name)
	return typed != "" && (strings.HasPrefix(name, typed) || (d <= closeEnough && d < len(name)))
}

// closeEnough is how many letters may differ between what was typed and what was meant.
const closeEnough = 2

// distance is how many letters must be inserted, deleted or replaced to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
