package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/grant"
)

func newToken(env *environment) *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "List and revoke what was issued"}
	cmd.AddCommand(newTokenList(env), newTokenRevoke(env))
	return cmd
}

func newTokenRevoke(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "revoke",
		Short: "Revoke one token, or all of a client",
		Long: `Revokes the access token read from standard input, or with --client everything that was
issued to that client so far. A token is never an argument: arguments are seen by every
user of the machine.`,
		Example: `  gatehouse token revoke < token.txt
  gatehouse token revoke --client billing`,
		Args: cobra.NoArgs,
	}
	clientID := cmd.Flags().String("client", "", "revoke everything of this client")
	asJSON := addJSON(cmd)
	cmd.RunE = env.inHouse(func(cmd *cobra.Command, h *house, _ []string) error {
		if *clientID != "" {
			return revokeClient(cmd, env, h, *clientID, *asJSON)
		}
		text, err := firstLine(env.In)
		if err != nil {
			return fmt.Errorf("read the token from standard input: %w", err)
		}
		if err := h.inspector.RevokeAny(cmd.Context(), text); err != nil {
			if errors.Is(err, grant.ErrInactive) {
				return errors.New("no such token: it was mistyped, cut, issued by another provider, or is long gone")
			}
			return err
		}
		if *asJSON {
			return printJSON(env.Out, map[string]any{"revoked": true})
		}
		_, err = fmt.Fprintln(env.Out, "revoked")
		return err
	})
	return cmd
}

func revokeClient(cmd *cobra.Command, env *environment, h *house, id string, asJSON bool) error {
	if _, err := h.store.Client(cmd.Context(), id); err != nil {
		return fmt.Errorf("client %q: %w", id, err)
	}
	grants, err := h.inspector.RevokeClient(cmd.Context(), id)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(env.Out, map[string]any{"client_id": id, "grants_ended": grants})
	}
	_, err = fmt.Fprintf(env.Out, "ended %d grant(s) of %s, and every token issued under them\n", grants, id)
	return err
}
