package main

import (
	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

func newUser(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "user", Short: "Manage users",
		Long: `Where a verb takes a USERNAME, here or elsewhere, an email address, an id or a subject will
do. The id is for operators; the subject is what applications know the user by.`,
	}
	cmd.AddCommand(newUserCreate(env), newUserList(env), newUserGet(env), newUserUpdate(env), newUserDelete(env), newUserKeep(env), newUserApps(env), newUserDisconnect(env), newUserInvite(env), newUserInvitations(env), newUserUninvite(env), newUserSetPassword(env), newUserSetRoles(env), newUserFactors(env), newUserResetFactors(env), newUserRemovePasskey(env),
		newUserSwitch(env, "disable", "Keep a user from signing in, and end all that was issued to them", true),
		newUserSwitch(env, "enable", "Undo disable", false))
	return cmd
}

func newUserGet(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use: "get USERNAME", Aliases: []string{"show"}, Short: "Show one user",
		Example: "  gatehouse user get alice --json\n  gatehouse user get alice@example.com", Args: cobra.ExactArgs(1),
		ValidArgsFunction: env.complete(usernames),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.user(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		return env.printUser(u, *asJSON)
	})
	return cmd
}

func newUserSwitch(env *environment, use, short string, disabled bool) *cobra.Command {
	return env.userChange(use+" USERNAME", short, "  gatehouse user "+use+" alice", cobra.ExactArgs(1), func(u *account.User, _ []string) { u.Disabled = disabled })
}

func newUserSetRoles(env *environment) *cobra.Command {
	return env.userChange("set-roles USERNAME [ROLE...]", "Give a user these roles and no others", "  gatehouse user set-roles alice admin",
		cobra.MinimumNArgs(1), func(u *account.User, roles []string) { u.Roles = roles })
}

// userChange makes a verb that changes one user.
func (e *environment) userChange(use, short, example string, args cobra.PositionalArgs, change func(u *account.User, rest []string)) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Example: example, Args: args, ValidArgsFunction: e.complete(usernames)}
	asJSON := addJSON(cmd)
	cmd.RunE = e.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		var before account.User
		u, err := h.users.Update(cmd.Context(), e.actor(), args[0], func(u *account.User) {
			before = *u
			change(u, args[1:])
		})
		if err != nil {
			return about("user", args[0], err)
		}
		if err := e.noteAdministrators(cmd.Context(), h, before, u); err != nil {
			return err
		}
		return e.printUser(u, *asJSON)
	})
	return cmd
}
