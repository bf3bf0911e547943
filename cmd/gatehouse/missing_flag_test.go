package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
)

// A flag that is missing is named with an example that has it.
func TestMissingFlags(t *testing.T) {
	t.Parallel()
	cmd := &cobra.Command{Use: "pay WHOM", Example: "  pay alice --sum 3\n  pay alice \\\n      --sum 3 --from bob  # both\n"}
	cmd.Flags().String("sum", "", "how much")
	cmd.Flags().String("from", "", "whose")
	cmd.Flags().String("note", "", "why")
	assert.NoError(t, missingFlags(cmd))
	assert.NoError(t, cmd.MarkFlagRequired("sum"))
	assert.EqualError(t, missingFlags(cmd), "--sum is missing, as in: pay alice --sum 3")
	assert.NoError(t, cmd.MarkFlagRequired("from"))
	assert.EqualError(t, missingFlags(cmd), "--from and --sum are missing, as in: pay alice --sum 3 --from bob")
	assert.NoError(t, cmd.Flags().Set("from", "bob"))
	assert.EqualError(t, missingFlags(cmd), "--sum is missing, as in: pay alice --sum 3")
	assert.NoError(t, cmd.MarkFlagRequired("note"))
	assert.NoError(t, cmd.Flags().Set("sum", "3"))
	assert.EqualError(t, missingFlags(cmd), "--note is missing, as in: pay WHOM [flags]")
	assert.NoError(t, cmd.Flags().Set("note", "x"))
	assert.NoError(t, missingFlags(cmd))
}

// Cobra's words for groups of flags name neither the verb nor what to do: verbs check these themselves.
func TestNoVerbLeavesFlagGroupsToCobra(t *testing.T) {
	t.Parallel()
	eachVerb(t, func(cmd *cobra.Command) {
		assert.NoError(t, cmd.ValidateFlagGroups(), cmd.CommandPath())
	})
}
