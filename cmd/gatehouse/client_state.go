package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

func newClientDisable(env *environment) *cobra.Command {
	cmd := newClientSwitch(env, true)
	cmd.Use, cmd.Short = "disable ID", "Stop a client from getting and using tokens"
	cmd.Long = "The client can no longer authenticate, and its tokens are inactive, within 5 seconds everywhere."
	cmd.Example = "  gatehouse client disable billing"
	return cmd
}

func newClientEnable(env *environment) *cobra.Command {
	cmd := newClientSwitch(env, false)
	cmd.Use, cmd.Short = "enable ID", "Undo disable"
	cmd.Example = "  gatehouse client enable billing"
	return cmd
}

func newClientSwitch(env *environment, disabled bool) *cobra.Command {
	cmd := &cobra.Command{Args: cobra.ExactArgs(1), ValidArgsFunction: env.complete(clientIDs)}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		c, err := h.registry.Update(cmd.Context(), env.actor(), args[0], func(c *client.Client) error {
			c.Disabled = disabled
			return nil
		})
		if err != nil {
			return about("client", args[0], err)
		}
		if *asJSON {
			return printJSON(env.Out, viewOf(c))
		}
		return facts(env.Out, "client_id", c.ID, "disabled", yesNo(c.Disabled))
	})
	return cmd
}

func newClientDelete(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "delete ID",
		Short: "Delete a client and everything issued to it",
		Long: `Deletes the registration with its secrets and what users agreed to, and ends every token issued to it,
at once. It cannot be undone: "client disable" keeps the registration.

` + fmt.Sprintf(asksPeople, "the id"),
		Example: "  gatehouse client delete billing\n  gatehouse client delete billing --yes",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(clientIDs),
	}
	yes, asJSON := addYes(cmd), addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		c, err := h.store.Client(cmd.Context(), args[0])
		if err != nil {
			return about("client", args[0], err)
		}
		if err := env.confirmNamed(cmd.Context(), *yes, fmt.Sprintf("Delete the client %s (%s) and everything issued to it?", c.ID, c.Name), c.ID); err != nil {
			return err
		}
		if err := h.registry.Delete(cmd.Context(), env.actor(), c.ID); err != nil {
			return about("client", args[0], err)
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"client_id": c.ID, "deleted": true})
		}
		return env.say("deleted %s", c.ID)
	})
	return cmd
}
