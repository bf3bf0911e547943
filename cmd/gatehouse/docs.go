package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra"
)

// newDocs writes what a package installs beside the program. It is hidden: people have --help.
func newDocs(env *environment) *cobra.Command {
	return &cobra.Command{
		Use:   "docs DIRECTORY",
		Short: "Write man pages and shell completions",
		Long: `Writes what a package installs beside the program:

  DIRECTORY/man/man1/gatehouse*.1                   one page for each verb
  DIRECTORY/bash-completion/completions/gatehouse
  DIRECTORY/zsh/site-functions/_gatehouse
  DIRECTORY/fish/vendor_completions.d/gatehouse.fish

With DIRECTORY=/usr/share all of it is where Debian and Fedora look for it. The date of the pages is
SOURCE_DATE_EPOCH, if that is set: builds are reproducible.`,
		Example: `  gatehouse docs build/share
  SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) gatehouse docs build/share`,
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			return errors.Join(env.writeManual(root, args[0]), writeCompletions(root, args[0]))
		},
	}
}

// writeManual writes a page for each verb that --help shows.
func (e *environment) writeManual(root *cobra.Command, directory string) error {
	date := e.clock()
	if epoch := e.variable("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return fmt.Errorf("SOURCE_DATE_EPOCH is not a number of seconds: %q", epoch)
		}
		date = time.Unix(seconds, 0).UTC()
	}
	directory = filepath.Join(directory, "man", "man1")
	if err := os.MkdirAll(directory, 0o755); err != nil { //nolint:gosec // everybody reads manuals
		return err
	}
	return writePages(root, directory, date)
}

// writePages writes the page of a verb, and those of the verbs below it.
func writePages(cmd *cobra.Command, directory string, date time.Time) error {
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	file := filepath.Join(directory, pageName(cmd)+".1")
	if err := os.WriteFile(file, []byte(manualPage(cmd, date)), 0o644); err != nil { //nolint:gosec // everybody reads manuals
		return err
	}
	for _, sub := range cmd.Commands() {
		if !sub.IsAvailableCommand() {
			continue
		}
		if err := writePages(sub, directory, date); err != nil {
			return err
		}
	}
	return nil
}

func writeCompletions(root *cobra.Command, directory string) error {
	var errs []error
	for path, write := range map[string]func(file string) error{
		"bash-completion/completions/gatehouse":    func(file string) error { return root.GenBashCompletionFileV2(file, true) },
		"zsh/site-functions/_gatehouse":            root.GenZshCompletionFile,
		"fish/vendor_completions.d/gatehouse.fish": func(file string) error { return root.GenFishCompletionFile(file, true) },
	} {
		file := filepath.Join(directory, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil { //nolint:gosec // every shell reads them
			errs = append(errs, err)
			continue
		}
		errs = append(errs, write(file))
	}
	return errors.Join(errs...)
}
