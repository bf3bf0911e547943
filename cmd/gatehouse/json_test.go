package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
)

// Programs read what a verb prints with --json, whatever it does.
func TestEveryVerbPrintsJSON(t *testing.T) {
	t.Parallel()
	without := map[string]string{
		"gatehouse serve":        "prints a log, which is JSON",
		"gatehouse proxy":        "prints a log, which is JSON",
		"gatehouse healthcheck":  "answers by its exit code",
		"gatehouse audit export": "writes nothing but JSON lines",
		"gatehouse docs":         "writes files",
	}
	eachVerb(t, func(cmd *cobra.Command) {
		if !cmd.HasSubCommands() && without[cmd.CommandPath()] == "" {
			assert.NotNil(t, cmd.Flags().Lookup("json"), "%s has no --json", cmd.CommandPath())
		}
	})
}
