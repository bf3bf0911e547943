package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

func newClientUsers(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "users",
		Short: "Manage which users may use a client",
		Long: `All users may use a client until it is restricted: by adding a user or a group, or by
"client update ID --restricted". From then on only the added users and those of the added
groups may use it ("client groups"), and no user while there are none.
"client update ID --restricted=false" allows all users again and removes both lists.`,
	}
	cmd.AddCommand(newClientUsersAdd(env), newClientUsersRemove(env), newClientUsersList(env))
	return cmd
}

func newClientUsersAdd(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "add ID USERNAME",
		Short:   "Allow a user to use a client, and restrict it to those who are allowed",
		Example: "  gatehouse client users add billing alice",
		Args:    cobra.ExactArgs(2),

		ValidArgsFunction: env.complete(clientIDs, usernames),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.clientAndUser(cmd, args)
		if err != nil {
			return err
		}
		if err := h.registry.AllowUser(cmd.Context(), env.actor(), args[0], u.ID); err != nil {
			return err
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"client_id": args[0], "user_id": u.ID.String(), "username": u.Username, "allowed": true})
		}
		return facts(env.Out, "client_id", args[0], "may be used by", u.Username)
	})
	return cmd
}

func newClientUsersRemove(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "remove ID USERNAME",
		Short: "Remove a user from the list, and revoke the client's tokens for them",
		Long: `Revokes every access and refresh token that the client has for the user, at once, unless a
group of the user may use it. When the last user and the last group are removed, no user
may use the client.`,
		Example: "  gatehouse client users remove billing alice",
		Args:    cobra.ExactArgs(2),

		ValidArgsFunction: env.complete(clientIDs, usernames),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		u, err := h.clientAndUser(cmd, args)
		if err != nil {
			return err
		}
		err = h.registry.DisallowUser(cmd.Context(), env.actor(), args[0], u.ID)
		if errors.Is(err, provider.ErrNotFound) {
			return fmt.Errorf("%s is not on the list of %s (gatehouse client users list %[2]s shows who is)", u.Username, args[0])
		}
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"client_id": args[0], "user_id": u.ID.String(), "username": u.Username, "removed": true})
		}
		return env.say("removed %s from %s", u.Username, args[0])
	})
	return cmd
}

func newClientUsersList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list ID",
		Short:   "List the users who may use a client",
		Example: "  gatehouse client users list billing\n  gatehouse client users list billing --json",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(clientIDs),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		c, err := h.store.Client(cmd.Context(), args[0])
		if err != nil {
			return about("client", args[0], err)
		}
		names, err := h.store.AllowedUsers(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"restricted": c.Restricted, "usernames": orEmpty(names)})
		}
		out := table{header: []string{"USERNAME"}, empty: "Everybody may use it: it is not restricted."}
		if c.Restricted && len(names) == 0 {
			groups, err := h.store.AllowedGroups(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			out.empty = "No user may use it: it is restricted, and the list is empty. Add users with: gatehouse client users add " + c.ID + " USERNAME"
			if len(groups) > 0 {
				out.empty = "No user is named. Those of some groups may use it, which shows: gatehouse client groups list " + c.ID
			}
		}
		for _, name := range names {
			out.add(name)
		}
		return out.print(env.Out)
	})
	return cmd
}

// clientAndUser finds both, or says which of them is not there.
func (h *instance) clientAndUser(cmd *cobra.Command, args []string) (*account.User, error) {
	if _, err := h.store.Client(cmd.Context(), args[0]); err != nil {
		return nil, about("client", args[0], err)
	}
	return h.user(cmd.Context(), args[1])
}

// user finds a user by user name, email address, id or subject.
func (h *instance) user(ctx context.Context, who string) (*account.User, error) {
	u, err := h.users.Find(ctx, who)
	if err != nil {
		return nil, about("user", who, err)
	}
	return u, nil
}
