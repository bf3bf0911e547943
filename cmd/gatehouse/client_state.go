package main

import (
	"fmt"
	"time"

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
	return &cobra.Command{
		Use:     "delete ID",
		Short:   "Delete a client and everything issued to it",
		Example: "  gatehouse client delete billing",
		Args:    cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(clientIDs),
		RunE: env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
			if err := h.registry.Delete(cmd.Context(), env.actor(), args[0]); err != nil {
				return about("client", args[0], err)
			}
			_, err := fmt.Fprintf(env.Out, "deleted %s\n", args[0])
			return err
		}),
	}
}

func newClientRotateSecret(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate-secret ID",
		Short: "Give a client a new secret",
		Long: `Makes a new secret and shows it once. The old ones stay valid for --overlap, so that the
application can be changed without an outage; --overlap 0s ends them at once.`,
		Example: `  gatehouse client rotate-secret billing
  gatehouse client rotate-secret billing --overlap 0s      the old one has leaked`,
		Args: cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(clientIDs),
	}
	overlap := cmd.Flags().Duration("overlap", 24*time.Hour, "how long the old secrets stay good")
	fromStdin := cmd.Flags().Bool("secret-stdin", false, "read the new secret from standard input")
	asJSON := addJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		secret := ""
		if *fromStdin {
			if secret, err = firstLine(env.In); err != nil {
				return fmt.Errorf("read the secret from standard input: %w", err)
			}
		}
		h, err := env.open(cmd)
		if err != nil {
			return err
		}
		defer h.close(&err)
		shown, err := h.registry.RotateSecret(cmd.Context(), env.actor(), args[0], secret, *overlap)
		if err != nil {
			return about("client", args[0], err)
		}
		if secret != "" {
			shown = ""
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"client_id": args[0], "client_secret": shown, "overlap_seconds": int64(*overlap / time.Second)})
		}
		ends := "now"
		if *overlap > 0 {
			ends = "in " + short(*overlap)
		}
		if err := facts(env.Out, "client_id", args[0], "client_secret", shown, "old secrets end", ends); err != nil || shown == "" {
			return err
		}
		_, err = fmt.Fprintln(env.Out, shownOnce)
		return err
	}
	return cmd
}
