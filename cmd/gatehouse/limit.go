package main

import "github.com/spf13/cobra"

func newLimit(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "limit",
		Short: "Show the rate limits and what is used of them, and reset it",
		Long:  "A limit says how many requests a client, an address, an account or a browser may make.",
	}
	cmd.AddCommand(newLimitList(env), newLimitShow(env), newLimitReset(env))
	return cmd
}
