package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// finish gives every verb what all have in common: a group of verbs shows its help, and takes no
// word that is not one of them; and a verb says which of its arguments or flags is missing.
func finish(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		finish(sub)
	}
	if cmd.HasSubCommands() {
		cmd.Args = noSuchVerb
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		return
	}
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return fmt.Errorf("%w (usage: %s)", wrongArguments(cmd, args, err), strings.TrimSuffix(cmd.UseLine(), " [flags]"))
			}
			return missingFlags(cmd)
		}
	}
}

// wrongArguments says in the words of the usage line what cobra says in numbers. It repeats no
// argument, which may be a secret in the wrong place.
func wrongArguments(cmd *cobra.Command, args []string, err error) error {
	var required []string
	all := strings.Fields(cmd.Use)[1:]
	for _, name := range all {
		if !strings.HasPrefix(name, "[") {
			required = append(required, name)
		}
	}
	text := err.Error()
	switch {
	case len(args) < len(required):
		missing := required[len(args):]
		if len(missing) == 1 {
			return errors.New(missing[0] + " is missing")
		}
		return errors.New(strings.Join(missing, " and ") + " are missing")
	case len(all) == 0 && strings.HasPrefix(text, "unknown command"):
		return errors.New("it takes no arguments")
	case strings.HasPrefix(text, "accepts "):
		return errors.New("too many arguments")
	default:
		return err
	}
}

func noSuchVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	typed := fmt.Sprintf("there is no %q", cmd.CommandPath()+" "+args[0])
	var verbs, meant []string
	for _, sub := range cmd.Commands() {
		if !sub.IsAvailableCommand() {
			continue
		}
		verbs = append(verbs, sub.Name())
		if near(args[0], sub.Name()) {
			meant = append(meant, fmt.Sprintf("%q", sub.CommandPath()))
		}
	}
	if meant != nil {
		return fmt.Errorf("%s: did you mean %s?", typed, oneOf(meant))
	}
	return fmt.Errorf("%s: it must be one of %s", typed, strings.Join(verbs, ", "))
}

// misnamed looks for a verb that does not exist before a flag that the group does not have: the flag
// may be one of the verb that was meant.
func misnamed(root *cobra.Command, args []string) error {
	cmd, rest, err := root.Find(args)
	if err != nil || !cmd.HasSubCommands() || len(rest) == 0 || strings.HasPrefix(rest[0], "-") {
		return nil //nolint:nilerr // cobra says what is wrong
	}
	return noSuchVerb(cmd, rest)
}

// helpOf makes both ways to ask for help refuse a verb that does not exist. Cobra shows the help of
// the group instead, and ends as if that had been asked for; what went wrong is put into fault.
func helpOf(root *cobra.Command, fault *error) {
	show := func(cmd *cobra.Command) error { return writeHelp(cmd.OutOrStdout(), cmd, helpWidth(cmd.OutOrStdout())) }
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		if cmd.HasSubCommands() {
			if *fault = noSuchVerb(cmd, cmd.Flags().Args()); *fault != nil {
				return
			}
		}
		*fault = show(cmd)
	})
	for _, help := range root.Commands() {
		if help.Name() != "help" {
			continue
		}
		help.Run = nil
		help.RunE = func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil {
				return err
			}
			if cmd.HasSubCommands() {
				if err := noSuchVerb(cmd, rest); err != nil {
					return err
				}
			}
			cmd.InitDefaultHelpFlag()
			cmd.InitDefaultVersionFlag()
			return show(cmd)
		}
	}
}
