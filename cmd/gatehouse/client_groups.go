package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
)

func newClientGroups(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "groups",
		Short: "Manage the groups whose users may use a client",
		Long: `A group is a role of users ("user set-roles"). Adding one restricts the client: from then on
only the users of the added groups, and those of "client users", may use it. The group
everyone stands for all users, whatever their roles. "client update ID --restricted=false"
allows all users again and removes both lists.`,
	}
	cmd.AddCommand(newClientGroupsAdd(env), newClientGroupsRemove(env), newClientGroupsList(env))
	return cmd
}

func newClientGroupsAdd(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "add ID GROUP",
		Short: "Allow the users of a group to use a client, and restrict it to those who are allowed",
		Long: `Revokes every access and refresh token that the client has for users who may not use it any
more, at once. Users who get the role later may use the client, and who loses it may not.`,
		Example: "  gatehouse client groups add billing accountant\n  gatehouse client groups add billing everyone",
		Args:    cobra.ExactArgs(2),

		ValidArgsFunction: env.complete(clientIDs),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		if err := h.registry.AllowGroup(cmd.Context(), env.actor(), args[0], args[1]); err != nil {
			return about("client", args[0], err)
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"client_id": args[0], "group": args[1], "allowed": true})
		}
		return facts(env.Out, "client_id", args[0], "may be used by the group", args[1])
	})
	return cmd
}

func newClientGroupsRemove(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "remove ID GROUP",
		Short: "Remove a group from the list, and revoke the client's tokens for its users",
		Long: `Revokes every access and refresh token that the client has for users who may not use it any
more, at once. When the last group and the last user are removed, no user may use the
client.`,
		Example: "  gatehouse client groups remove billing accountant",
		Args:    cobra.ExactArgs(2),

		ValidArgsFunction: env.complete(clientIDs),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		if _, err := h.store.Client(cmd.Context(), args[0]); err != nil {
			return about("client", args[0], err)
		}
		err := h.registry.DisallowGroup(cmd.Context(), env.actor(), args[0], args[1])
		if errors.Is(err, provider.ErrNotFound) {
			return fmt.Errorf("the group %s is not on the list of %s (gatehouse client groups list %[2]s shows which are)", args[1], args[0])
		}
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"client_id": args[0], "group": args[1], "removed": true})
		}
		return env.say("removed the group %s from %s", args[1], args[0])
	})
	return cmd
}

func newClientGroupsList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list ID",
		Short:   "List the groups whose users may use a client",
		Example: "  gatehouse client groups list billing\n  gatehouse client groups list billing --json",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(clientIDs),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		c, err := h.store.Client(cmd.Context(), args[0])
		if err != nil {
			return about("client", args[0], err)
		}
		groups, err := h.store.AllowedGroups(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"restricted": c.Restricted, "groups": orEmpty(groups)})
		}
		out := table{header: []string{"GROUP"}, empty: "Everybody may use it: it is not restricted."}
		if c.Restricted {
			out.empty = "No group may use it, only the users whom this shows: gatehouse client users list " + c.ID
		}
		for _, group := range groups {
			out.add(group)
		}
		return out.print(env.Out)
	})
	return cmd
}
