package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newUserKeep(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "keep USERNAME", Short: "Keep a user who was to be deleted",
		Long: `Undoes "user delete --after", or what the user asked for on the account page. "user list --deleting"
shows who is to be deleted.`,
		Example: "  gatehouse user keep alice", Args: cobra.ExactArgs(1),
		ValidArgsFunction: env.complete(usernames),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if u.DeleteAt == nil {
			_, _ = fmt.Fprintf(env.Err, "note: %s is not to be deleted: nothing was changed\n", printable(u.Username))
		}
		if u, err = h.users.Keep(cmd.Context(), env.actor(), u.ID); err != nil {
			return about("user", args[0], err)
		}
		return env.printUser(u, *asJSON)
	})
	return cmd
}
