package main

import "github.com/spf13/cobra"

func newLimit(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "limit",
		Short: "Show the rate limits",
		Long:  "A limit says how many requests a client, an address, an account or a browser may make.",
	}
	cmd.AddCommand(newLimitList(env))
	return cmd
}
