package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider"
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
		Short: "Revoke one token, or all of a client or a user",
		Long: `Revokes the token read from standard input: an access token alone, a refresh token with all
that was issued under the same sign-in. A token is never an argument: arguments are seen by
every user of the machine; --id takes its id from "token list" instead, and ends what can be
refreshed with all that was issued under the same sign-in.

With --client everything that was issued to that client so far is ended, with --user
everything that was issued in that user's name, with both what the client has of the user.
The user's sessions go on: "session end" ends those.`,
		Example: `  gatehouse token revoke < token.txt
  gatehouse token revoke --id 019a2b3c-4d5e-7f60-8123-456789abcdef
  gatehouse token revoke --client billing
  gatehouse token revoke --user alice --client shop`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 { // without repeating it: what is printed ends up in logs
				return errors.New("the token is read from standard input, or named by --id")
			}
			return nil
		},
	}
	clientID := cmd.Flags().String("client", "", "revoke everything of this client")
	who := cmd.Flags().String("user", "", "revoke everything in the name of this user")
	id := cmd.Flags().String("id", "", "revoke the token with this id")
	env.completeFlagBy(cmd, "client", clientIDs)
	env.completeFlagBy(cmd, "user", usernames)
	asJSON := addJSON(cmd)
	cmd.RunE = env.withInstance(func(cmd *cobra.Command, h *instance, _ []string) error {
		switch {
		case *id != "" && (*clientID != "" || *who != ""):
			return errors.New("give --id, or --client and --user, but not both")
		case *id != "":
			return revokeID(cmd, env, h, *id, *asJSON)
		case *clientID != "" || *who != "":
			return revokeAll(cmd, env, h, *clientID, *who, *asJSON)
		default:
			return revokeText(cmd, env, h, *asJSON)
		}
	})
	return cmd
}

func revokeText(cmd *cobra.Command, env *environment, h *instance, asJSON bool) error {
	text, err := firstLine(env.In)
	if errors.Is(err, io.EOF) {
		return errors.New("there is no token on standard input: pipe one, or use --id, --client or --user")
	}
	if err != nil {
		return fmt.Errorf("read the token from standard input: %w", err)
	}
	if err := h.inspector.RevokeAny(cmd.Context(), env.actor(), text); err != nil {
		if errors.Is(err, grant.ErrInactive) {
			return errors.New("no such token: it was mistyped, truncated, issued by another provider, or removed after its expiry")
		}
		return err
	}
	if asJSON {
		return printJSON(env.Out, map[string]any{"revoked": true})
	}
	_, err = fmt.Fprintln(env.Out, "revoked")
	return err
}

func revokeID(cmd *cobra.Command, env *environment, h *instance, text string, asJSON bool) error {
	id, err := provider.ParseID(text)
	if err != nil {
		return errors.New("--id must be an id from gatehouse token list")
	}
	whole, err := h.inspector.RevokeID(cmd.Context(), env.actor(), id)
	if errors.Is(err, grant.ErrInactive) {
		return fmt.Errorf("token %q: not found (gatehouse token list shows what there is; what has expired is removed after a while)", text)
	}
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(env.Out, map[string]any{"id": text, "revoked": true, "whole_grant": whole})
	}
	did := "revoked"
	if whole {
		did = "revoked, with its refresh token and all that was issued under the same sign-in"
	}
	_, err = fmt.Fprintln(env.Out, did)
	return err
}

func revokeAll(cmd *cobra.Command, env *environment, h *instance, clientID, who string, asJSON bool) error {
	of, err := h.filter(cmd.Context(), clientID, who)
	if err != nil {
		return err
	}
	grants, err := h.inspector.RevokeAll(cmd.Context(), env.actor(), of)
	if err != nil {
		return err
	}
	if asJSON {
		view := map[string]any{"grants_ended": grants}
		if clientID != "" {
			view["client_id"] = clientID
		}
		if who != "" {
			view["user_id"] = of.UserID.String()
		}
		return printJSON(env.Out, view)
	}
	whose := clientID
	switch {
	case clientID == "":
		whose = who
	case who != "":
		whose = who + " at " + clientID
	}
	_, err = fmt.Fprintf(env.Out, "ended %d grant(s) of %s, and every token issued under them\n", grants, whose)
	return err
}

// filter finds whom --client and --user name; neither is everybody.
func (h *instance) filter(ctx context.Context, clientID, who string) (grant.Filter, error) {
	of := grant.Filter{ClientID: clientID}
	if clientID != "" {
		if _, err := h.store.Client(ctx, clientID); err != nil {
			return of, about("client", clientID, err)
		}
	}
	if who != "" {
		u, err := h.user(ctx, who)
		if err != nil {
			return of, err
		}
		of.UserID = u.ID
	}
	return of, nil
}
