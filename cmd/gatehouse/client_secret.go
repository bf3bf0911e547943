package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/client"
)

func newClientSecret(env *environment) *cobra.Command {
	cmd := &cobra.Command{Use: "secret", Short: "Show and end the secrets of a client"}
	cmd.AddCommand(newClientSecretList(env), newClientSecretEnd(env))
	return cmd
}

func newClientSecretList(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list CLIENT_ID",
		Short: "List the secrets of a client that are good, the oldest first",
		Long:  "Lists ids and times. The secrets themselves are not stored, and cannot be shown.",
		Example: `  gatehouse client secret list billing
  gatehouse client secret list billing --json`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: env.complete(clientIDs),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		c, err := h.store.Client(cmd.Context(), args[0])
		if err != nil {
			return about("client", args[0], err)
		}
		views := []secretView{}
		out := table{header: []string{"ID", "CREATED", "EXPIRES"}, empty: args[0] + " has no secret."}
		now := env.clock.Now(cmd.Context())
		for _, s := range c.Secrets {
			if !s.Live(now) {
				continue
			}
			views = append(views, secretView{s.ID.String(), s.CreatedAt, s.ExpiresAt})
			expires := "never"
			if s.ExpiresAt != nil {
				expires = when(*s.ExpiresAt)
			}
			out.add(s.ID.String(), when(s.CreatedAt), expires)
		}
		if *asJSON {
			return printJSON(env.Out, views)
		}
		return out.print(env.Out)
	})
	return cmd
}

func newClientSecretEnd(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "end CLIENT_ID SECRET_ID",
		Short: "End a secret of a client at once",
		Long:  "Ends a secret that has leaked, or is not needed any more. The last one of an enabled client stays.",
		Example: `  gatehouse client secret end billing 01900000-0000-7000-8000-000000000000
  gatehouse client rotate-secret billing --overlap 0s  # end all, make a new one`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: env.complete(clientIDs),
	}
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, args []string) error {
		id, err := provider.ParseID(args[1])
		if err != nil {
			return fmt.Errorf("%q is not the id of a secret: see gatehouse client secret list %s", args[1], args[0])
		}
		err = h.registry.EndSecret(cmd.Context(), env.actor(), args[0], id)
		if errors.Is(err, provider.ErrNotFound) {
			return fmt.Errorf("%s has no good secret with that id: see gatehouse client secret list %s", args[0], args[0])
		}
		if err != nil {
			return about("client", args[0], err)
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"client_id": args[0], "id": id.String(), "ended": true})
		}
		return env.say("ended %s", args[1])
	})
	return cmd
}

func newClientRotateSecret(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rotate-secret ID",
		Short: "Give a client a new secret",
		Long: `Makes a new secret and shows it once. The old ones stay valid for --overlap, so that the
application can be changed without an outage; --overlap 0s ends them at once.`,
		Example: `  gatehouse client rotate-secret billing
  gatehouse client rotate-secret billing --overlap 0s  # the old one has leaked`,
		Args: cobra.ExactArgs(1),

		ValidArgsFunction: env.complete(clientIDs),
	}
	lifetime := cmd.Flags().Duration("expires-in", 0, "how long the new secret is good; without it until it is replaced")
	overlap := cmd.Flags().Duration("overlap", 24*time.Hour, "how long the old secrets stay good")
	fromStdin := cmd.Flags().Bool("secret-stdin", false, "read the new secret from standard input")
	asJSON := addJSON(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		secret := ""
		if *fromStdin {
			if secret, err = env.line(cmd.Context()); err != nil {
				return fmt.Errorf("read the secret from standard input: %w", err)
			}
		}
		h, err := env.open(cmd)
		if err != nil {
			return err
		}
		defer h.close(&err)
		made, shown, err := h.registry.RotateSecret(cmd.Context(), env.actor(), args[0], secret, client.Terms{Overlap: *overlap, Lifetime: *lifetime})
		if err != nil {
			return about("client", args[0], err)
		}
		if secret != "" {
			shown = ""
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"client_id": args[0], "secret_id": made.ID.String(), "client_secret": shown, "overlap_seconds": int64(*overlap / time.Second)})
		}
		ends := "now"
		if *overlap > 0 {
			ends = "in " + short(*overlap)
		}
		if err := facts(env.Out, "client_id", args[0], "secret_id", made.ID.String(), "client_secret", shown, "old secrets end", ends); err != nil || shown == "" {
			return err
		}
		_, err = fmt.Fprintln(env.Out, shownOnce)
		return err
	}
	return cmd
}
