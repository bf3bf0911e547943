package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

func newUserDelete(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "delete USERNAME",
		Short: "Delete a user and revoke everything issued to them",
		Long: `Deletes the account with its sessions and consents, and ends every token issued in its name,
at once. The user name can be registered again, but applications know the new account by
another subject. It cannot be undone: "user disable" keeps the account, and --after deletes it later:
the user is signed out and gets a message, and whoever signs in before can keep the account.

` + fmt.Sprintf(asksPeople, "the user name"),
		Example: "  gatehouse user delete alice\n  gatehouse user delete alice --yes\n  gatehouse user delete alice --after 336h",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(usernames),
	}
	yes := addYes(cmd)
	after := cmd.Flags().Duration("after", 0, "delete the account after this time, such as 336h")
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if cmd.Flags().Changed("after") {
			return env.deleteLater(cmd, h, u, *after, *asJSON)
		}
		who := u.Username // what was given may be an id
		if u.Email != "" {
			who += " (" + u.Email + ")"
		}
		if err := env.confirmNamed(cmd.Context(), *yes, "Delete "+who+" and everything issued to them?", u.Username); err != nil {
			return err
		}
		if err := h.users.Delete(cmd.Context(), env.actor(), u.ID); err != nil {
			return about("user", args[0], err)
		}
		if err := env.noteAdministrators(cmd.Context(), h, *u, nil); err != nil {
			return err
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"id": u.ID.String(), "sub": u.Subject, "username": u.Username, "deleted": true})
		}
		return env.say("deleted %s", u.Username)
	})
	return cmd
}

// deleteLater needs no confirmation: it can be undone.
func (e *environment) deleteLater(cmd *cobra.Command, h *instance, u *account.User, after time.Duration, asJSON bool) error {
	if after <= 0 || after > account.MaxGrace {
		return fmt.Errorf("--after %s must be more than 0 and at most 8760h (a year)", after)
	}
	later, err := h.users.DeleteAfter(cmd.Context(), e.actor(), u.ID, after)
	if err != nil {
		return err
	}
	if err := e.noteAdministrators(cmd.Context(), h, *u, later); err != nil {
		return err
	}
	return e.printUser(later, asJSON)
}
