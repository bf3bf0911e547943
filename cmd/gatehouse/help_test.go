package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
)

// The help of each verb shows an example that can be typed.
func TestEveryVerbShowsAnExample(t *testing.T) {
	t.Parallel()
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
		own := !strings.HasPrefix(cmd.CommandPath(), "gatehouse completion") && cmd.Name() != "help"
		if cmd.IsAvailableCommand() && !cmd.HasSubCommands() && own {
			assert.Contains(t, cmd.Example, cmd.CommandPath())
			assert.NotEmpty(t, cmd.Short, cmd.CommandPath())
		}
	}
	walk(newRoot(terminal{}))
}
