package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

// checkSelectors refuses flags that select and are given without a value: a variable that a script has
// not set must not select everything.
func checkSelectors(cmd *cobra.Command, names ...string) error {
	for _, name := range names {
		if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
			return fmt.Errorf("--%s is empty: leave it out to select all", name)
		}
	}
	return nil
}
