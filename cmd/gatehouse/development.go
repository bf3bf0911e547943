package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/storage"
)

// A development server's database is found from every directory: "serve --dev" leaves a note of
// where it is in the user's cache directory, and verbs with --dev look there when there is none
// where they run.

// developmentNote is the file with the note, or empty where the user has no cache directory.
func developmentNote() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(cache, "gatehouse", "development")
}

// noteDevelopment leaves the note. Without it, verbs have to run where the server does.
func (c *config) noteDevelopment() {
	note := developmentNote()
	directory, err := filepath.Abs(c.DataDir)
	if note == "" || err != nil || c.DatabaseURL != "" {
		return
	}
	if os.MkdirAll(filepath.Dir(note), 0o700) == nil {
		_ = os.WriteFile(note, []byte(directory+"\n"), 0o600)
	}
}

// developmentDirectory is the data directory of the last development server that has a database,
// or empty.
func developmentDirectory() string {
	text, err := os.ReadFile(developmentNote())
	directory := strings.TrimSpace(string(text))
	if err != nil || directory == "" || !present(filepath.Join(directory, "dev.db")) {
		return ""
	}
	return directory
}

// locate finds the database that a verb is for, and says which one it is where that may not be the
// one that is meant. Only verbs that create something make a database: any other one that finds
// none is most likely in the wrong directory.
func (e *environment) locate(cmd *cobra.Command, c *config) error {
	path, err := storage.SQLitePath(c.databaseURL())
	if err != nil || path == "" {
		return err
	}
	found := present(path)
	if directory := developmentDirectory(); c.Dev && !found && c.DatabaseURL == "" && c.DataDir == defaults().DataDir && directory != "" {
		c.DataDir = directory
		_, _ = fmt.Fprintf(e.Err, "note: this is %s, of the last \"serve --dev\"\n", filepath.Join(directory, "dev.db"))
		return nil
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("the database %s: %w", path, err)
	}
	switch {
	case found:
		e.noteDatabase(*c)
		return nil
	case isImport(cmd) && isDryRun(cmd):
		_, _ = fmt.Fprintf(e.Err, "note: there is no database %s: this checks against an empty one, which is removed afterwards\n", whole)
		if c.scratch, err = os.MkdirTemp("", "gatehouse-dry-run-*"); err != nil {
			return fmt.Errorf("make an empty database: %w", err)
		}
		c.DataDir, c.DatabaseURL = c.scratch, ""
		return nil
	case makesDatabase(cmd):
		_, _ = fmt.Fprintf(e.Err, "note: this makes a new database, %s\n", whole)
		return nil
	case c.Dev:
		return fmt.Errorf("there is no database %s: \"gatehouse serve --dev\" makes one; --data-dir names another directory", whole)
	case developmentDirectory() != "":
		return fmt.Errorf("there is no database %s: \"gatehouse serve\" makes one, and --data-dir names another directory; with --dev it is %s",
			whole, filepath.Join(developmentDirectory(), "dev.db"))
	default:
		return fmt.Errorf("there is no database %s: \"gatehouse serve\" makes one; --data-dir names another directory", whole)
	}
}

// noteDatabase says which database a verb acts on beside that of a development server.
func (e *environment) noteDatabase(c config) {
	development := c
	development.Dev = true
	path := strings.TrimPrefix(development.databaseURL(), "sqlite://")
	if c.Dev || c.DatabaseURL != "" || !present(path) {
		return
	}
	_, _ = fmt.Fprintf(e.Err, "note: this is %s; for %s, of \"serve --dev\", add --dev\n", strings.TrimPrefix(c.databaseURL(), "sqlite://"), path)
}

// makesDatabase tells whether a verb makes sense before the first start.
func makesDatabase(cmd *cobra.Command) bool {
	return cmd.Name() == "create" || cmd.CommandPath() == cmd.Root().Name()+" key import" || isImport(cmd)
}

// isImport tells whether a verb is one of those of "import".
func isImport(cmd *cobra.Command) bool {
	return cmd.HasParent() && cmd.Name() != "list" && cmd.Parent().CommandPath() == cmd.Root().Name()+" import"
}

func isDryRun(cmd *cobra.Command) bool {
	dry, err := cmd.Flags().GetBool("dry-run")
	return err == nil && dry
}

func present(path string) bool {
	_, err := os.Stat(path) //nolint:gosec // the database that the operator names
	return !errors.Is(err, os.ErrNotExist)
}

// repeated are the flags of this run that another command needs to act on the same database, with
// a space before each. A database URL may hold a password, and is not printed.
func repeated(cmd *cobra.Command) string {
	flags := ""
	for _, name := range []string{"config", "data-dir"} {
		if value, err := cmd.Flags().GetString(name); err == nil && value != "" {
			flags += " --" + name + " '" + strings.ReplaceAll(value, "'", `'\''`) + "'"
		}
	}
	if dev, err := cmd.Flags().GetBool("dev"); err == nil && dev {
		flags += " --dev"
	}
	return flags
}
